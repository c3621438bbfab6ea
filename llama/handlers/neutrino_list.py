"""neutrinos.json: the tracks within 500 s of the event."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

import orjson

from llama.domain.digests import Digest, any_change, canonical_json, digest_json
from llama.domain.handler import Inputs, PermanentError, Product, uses
from llama.domain.kinds import PollingHandler
from llama.handlers.alert import Alert
from schemas.base import EARLIEST_YEAR, LATEST_YEAR, why_test, zulu

if TYPE_CHECKING:
    from llama.handlers.neutrinos.source import NeutrinoSource
    from llama.handlers.neutrinos.track import Track

WINDOW = timedelta(seconds=500)
"""Before and after the event: as far as `SearchSettings.half_window_s` can tell tracks apart."""
SETTING = "LLAMA_NEUTRINOS"
"""The variable of the environment that names the source."""


class NeutrinoList(PollingHandler):
    """Which neutrinos came within 500 s of the event, from the source that LLAMA_NEUTRINOS names.

    While the window is open, or the source may still learn of tracks within it, the list is not
    complete; it says so and until when (`complete_from`), and is then made again. Directions are
    scrambled if the event's flag BLINDED_NEUTRINOS is set. Aspects: `tracks` (the tracks, their
    source, and the detector's rate and densities) and `complete`.
    """

    FILENAME = "neutrinos.json"
    CODE_VERSION = "1"
    DEPENDENCIES = (uses(Alert, "event"),)
    FLAGS = ("BLINDED_NEUTRINOS",)
    ASPECTS: ClassVar[tuple[str, ...]] = ("tracks", "complete")

    def generate(self, inputs: Inputs) -> Product:
        """Ask the source; NotYet or Unavailable come through, and it is asked again."""
        # In the lists of mock and test events, neutrinos of tests may be.
        source, time = _source(tests=why_test(self.eventid) is not None), _event_time(inputs)
        start, stop = time - WINDOW, time + WINDOW
        settled = stop + timedelta(seconds=source.delay_s)
        found = source.tracks(start, min(stop, inputs.now)) if inputs.now > start else ()
        tracks = _kept(found, start, min(stop, inputs.now))
        dropped = len(found) - len(tracks)
        if inputs.flags["BLINDED_NEUTRINOS"]:
            tracks = _blinded(tracks, self.eventid)
        complete = inputs.now >= settled
        said = {
            **_origin(source, blinded=bool(inputs.flags["BLINDED_NEUTRINOS"])),
            "window": {"start": zulu(start), "stop": zulu(stop)},
            "complete": complete,
            "complete_from": zulu(settled),
            "tracks": [track.to_json() for track in tracks],
            "dropped": dropped,
        }
        return Product(canonical_json(said) + b"\n", _aspects(said), None if complete else settled)

    @classmethod
    def aspects_of(cls, content: bytes) -> Mapping[str, Digest]:
        """Return the aspects of a list that was written by hand."""
        try:
            said = orjson.loads(content)
        except orjson.JSONDecodeError:
            said = None
        return _aspects(said) if isinstance(said, dict) else any_change(cls.ASPECTS, content)


def _source(*, tests: bool) -> "NeutrinoSource":
    from llama.domain.errors import Misconfigured
    from llama.handlers.neutrinos.source import DEFAULT_URL, source_from

    url = os.environ.get(SETTING, "").strip() or DEFAULT_URL
    try:
        return source_from(url, tests=tests)
    except Misconfigured as error:
        raise Misconfigured(f"{SETTING}: {error}") from error


def _event_time(inputs: Inputs) -> datetime:
    """Return when the event was; PermanentError if the notice does not say it."""
    from llama.handlers.sky.fields import mapping, parsed, text

    event = mapping(parsed(inputs[Alert].content, name=Alert.FILENAME).get("event"))
    said = text(event.get("time"))
    try:
        time = datetime.fromisoformat(said or "")
    except ValueError as error:
        raise PermanentError(f"{Alert.FILENAME} has no time of the event: {said!r}") from error
    if not EARLIEST_YEAR < time.year < LATEST_YEAR:
        raise PermanentError(f"{Alert.FILENAME} says that the event was in {time.year}")
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def _kept(found: Sequence["Track"], start: datetime, stop: datetime) -> tuple["Track", ...]:
    """Return the tracks within the window, in order; of one id the one that was given last."""
    from llama.handlers.neutrinos.records import latest
    from llama.handlers.neutrinos.track import MAX_TRACKS, in_order

    if len(found) > MAX_TRACKS:
        raise ValueError(f"the source has {len(found)} tracks: {MAX_TRACKS} are the most")
    return in_order(track for track in latest(found) if start <= track.time <= stop)


def _blinded(tracks: tuple["Track", ...], eventid: str) -> tuple["Track", ...]:
    from llama.handlers.neutrinos.blinding import blinded

    return blinded(tracks, eventid)


def _origin(source: "NeutrinoSource", *, blinded: bool) -> dict[str, object]:
    """Say where the tracks come from; of a detector that only its owner knows, all figures.

    That they are blinded is said of the list, too: it may have no track to say it.
    """
    from llama.handlers.neutrinos.source import Blinded

    detector = source.detector
    origin: dict[str, object] = {
        "source": Blinded(source, "").name if blinded else source.name,
        "detector": detector.name,
        "detector_digest": detector.digest,
        "rate_hz": detector.rate_hz,
    }
    return origin if detector.is_of_the_package else origin | {"figures": detector.figures}


def _aspects(said: Mapping[str, object]) -> Mapping[str, Digest]:
    made_of = ("tracks", "source", "detector", "detector_digest", "rate_hz")
    return {
        "tracks": digest_json({name: said.get(name) for name in made_of}),
        "complete": digest_json(said.get("complete")),
    }
