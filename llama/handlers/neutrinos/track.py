"""One neutrino track: when it came, from where, how well that is known, how energetic it was."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from llama.domain.digests import canonical_json
from schemas.base import Moment

MAX_TRACKS = 10_000
"""In one list: a thousand times what any source has within a window."""
MAX_BYTES = 8 * 1024 * 1024
"""Of one list, as JSON."""

Kind = Literal["observation", "blinded", "simulated"]
TrackId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:+-]{0,63}$")]


class Track(BaseModel):
    """A track-like event of a neutrino detector; angles in degrees (ICRS), energies in GeV.

    What cannot be one is refused with a ValueError: numbers that are none or out of range, ids
    with spaces or control characters, times without a zone.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", allow_inf_nan=False, strict=False, defer_build=True
    )

    id: TrackId
    """Unique within its source; a revised record keeps it."""
    time: Moment
    ra_deg: float = Field(ge=0.0, lt=360.0)
    dec_deg: float = Field(ge=-90.0, le=90.0)
    sigma_deg: float = Field(gt=0.0, le=180.0)
    """Radius of one standard deviation; that of 90 % containment is 2.145966 times larger."""
    energy_gev: float = Field(gt=0.0, le=1e12)
    """What the detector measures instead of the neutrino's energy: the proxy eps."""
    zenith_deg: float | None = Field(default=None, ge=0.0, le=180.0)
    azimuth_deg: float | None = Field(default=None, ge=0.0, lt=360.0)
    """Where the detector saw it come from, in its own frame; None if that is not known."""
    kind: Kind = "observation"

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON value; the time in UTC with microseconds and a Z."""
        return self.model_dump(mode="json")


CONTAINMENT_90 = math.sqrt(2.0 * math.log(10.0))
"""The radius that holds 90 % of a circular Gaussian, in standard deviations: 2.145966."""
_TRACKS: TypeAdapter[tuple[Track, ...]] = TypeAdapter(tuple[Track, ...])


def in_order(tracks: Iterable[Track]) -> tuple[Track, ...]:
    """Return tracks by time, then by id: the order of every list."""
    return tuple(sorted(tracks, key=lambda track: (track.time.astimezone(UTC), track.id)))


def tracks_to_json(tracks: Iterable[Track]) -> list[dict[str, object]]:
    """Return tracks as a JSON value, in their order."""
    return [track.to_json() for track in in_order(tracks)]


def tracks_to_bytes(tracks: Iterable[Track]) -> bytes:
    """Return tracks as canonical JSON: equal tracks give equal bytes, whatever their order."""
    return canonical_json(tracks_to_json(tracks)) + b"\n"


def tracks_from_json(value: object) -> tuple[Track, ...]:
    """Read a JSON list of tracks; ValueError if one of them is none, or if they are too many."""
    if isinstance(value, list) and len(value) > MAX_TRACKS:
        raise ValueError(f"a list of {len(value)} tracks: {MAX_TRACKS} are the most")
    return _TRACKS.validate_python(value)


def tracks_from_bytes(content: bytes) -> tuple[Track, ...]:
    """Read tracks from JSON text; ValueError if it holds no such list or is too long."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"{len(content)} bytes of tracks: {MAX_BYTES} are the most")
    return tracks_from_json(orjson.loads(content))


def utc(time: datetime) -> datetime:
    """Return an aware time in UTC; ValueError if it has no zone."""
    if time.tzinfo is None:
        raise ValueError(f"the time {time.isoformat()} has no zone: add +00:00 if it is UTC")
    return time.astimezone(UTC)
