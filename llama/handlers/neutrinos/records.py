"""Tracks as JSON: our own form, and the records that joint searches keep of neutrinos."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import orjson

from llama.handlers.neutrinos.frames import time_of
from llama.handlers.neutrinos.track import MAX_BYTES, MAX_TRACKS, Kind, Track

_LISTS = ("tracks", "neutrino_info")
_KINDS: Mapping[str, Kind] = {
    "observation": "observation",
    "blinded": "blinded",
    "simulated": "simulated",
    "mc": "simulated",
}


def records_from_bytes(content: bytes) -> tuple[Track, ...]:
    """Read tracks of a JSON text; ValueError if it is none, too long, or one record is odd.

    It is a list, or an object with a list under `tracks` or `neutrino_info`. A record has either
    the fields of a Track, or `mjd` (UTC), `ra`, `dec`, `sigma` (degrees), `energy` (GeV), and
    perhaps `event`, `run`, `subevent` (or an `id`), `zenith`, `azimuth`, `type`.
    """
    if len(content) > MAX_BYTES:
        raise ValueError(f"{len(content)} bytes of tracks: {MAX_BYTES} are the most")
    return tuple(track_from_record(record) for record in _listed(orjson.loads(content)))


def latest(tracks: Iterable[Track]) -> tuple[Track, ...]:
    """Return of tracks with one id the last: a revised record takes the place of the earlier."""
    return tuple({track.id: track for track in tracks}.values())


def track_from_record(record: object) -> Track:
    """Read one record; ValueError if it is none."""
    if not isinstance(record, dict):
        kind = type(record).__name__
        raise ValueError(f"a record is a JSON object, not a {kind}")  # noqa: TRY004 - of a text
    said = cast("dict[str, object]", record)
    return Track.model_validate(said if "ra_deg" in said else _in_our_words(said))


def tracks_from(found: Iterable[object]) -> tuple[Track, ...]:
    """Return what somebody's source gives as tracks: it may give records, too."""
    return tuple(one if isinstance(one, Track) else track_from_record(one) for one in found)


def _listed(said: object) -> Sequence[object]:
    if isinstance(said, dict):
        fields = cast("dict[str, object]", said)
        said = next((fields[name] for name in _LISTS if name in fields), None)
    if not isinstance(said, list):
        known = " or ".join(_LISTS)
        message = f"no list of tracks: give one, or an object with {known}"
        raise ValueError(message)  # noqa: TRY004 - of a text, not of a programmer
    listed = cast("list[object]", said)
    if len(listed) > MAX_TRACKS:
        raise ValueError(f"a list of {len(listed)} tracks: {MAX_TRACKS} are the most")
    return listed


def _in_our_words(said: Mapping[str, object]) -> dict[str, object]:
    named = (said.get("run"), said.get("event"), said.get("subevent"))
    mjd, azimuth = said.get("mjd"), said.get("azimuth")
    if isinstance(mjd, bool) or not isinstance(mjd, int | float) or not 4e4 < mjd < 1.2e5:
        raise ValueError(f"mjd is {mjd!r}: give the modified Julian date, UTC")
    return {
        "id": said.get("id") or ".".join(str(part) for part in named if part is not None),
        "time": time_of(float(mjd)),
        "ra_deg": _around(said.get("ra")),
        "dec_deg": said.get("dec"),
        "sigma_deg": said.get("sigma"),
        "energy_gev": said.get("energy"),
        "zenith_deg": said.get("zenith"),
        "azimuth_deg": _around(azimuth),
        "kind": _KINDS.get(str(said.get("type", "observation")), said.get("type")),
    }


def _around(angle: object) -> object:
    """Bring a full turn back to 0, and leave what is no angle for the check of the track."""
    return 0.0 if angle == 360 else angle
