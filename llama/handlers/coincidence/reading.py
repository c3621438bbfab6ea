"""What the notice and the list of neutrinos say, as the model takes it."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from llama.domain.handler import PermanentError
from llama.handlers.coincidence.trigger import Trigger
from llama.handlers.neutrinos.detector import NAMES, Detector, detector_named
from llama.handlers.neutrinos.detector import detector_from as detector_of
from llama.handlers.neutrinos.track import Track, tracks_from_json
from llama.handlers.results.tracks import instant
from llama.handlers.sky.fields import mapping, number, numbers, text, texts
from llama.handlers.sky.map import MultiOrderMap

LEAST_SNR = 0.1
MOST_SNR = 1e6
"""A merger of neutron stars within our galaxy would have 1e5; far beyond, numbers overflow."""
Json = Mapping[str, object]


def trigger_from(alert: Json, sky: MultiOrderMap) -> Trigger:
    """Read the candidate of alert.json; PermanentError if it has no time."""
    event = mapping(alert.get("event"))
    return Trigger(
        time=_time(event.get("time")),
        sky=sky,
        far_hz=number(event.get("far")),
        group=text(event.get("group")),
        classification=numbers(event.get("classification")),
        instruments=tuple(sorted(texts(event.get("instruments")))),
        snr=_snr(number(event.get("snr"))),
    )


def tracks_from(neutrinos: Json) -> tuple[Track, ...]:
    """Read the tracks of neutrinos.json; PermanentError if one is none, or two have one id."""
    try:
        found = tracks_from_json(neutrinos.get("tracks", []))
    except ValueError as error:
        raise PermanentError(f"neutrinos.json: {error}") from error
    twice = [name for name, count in Counter(track.id for track in found).items() if count > 1]
    if twice:
        raise PermanentError(f"neutrinos.json: two tracks are called {twice[0]}: leave one out")
    return found


def detector_from(neutrinos: Json) -> Detector:
    """Return the detector of neutrinos.json; PermanentError if nobody knows its figures."""
    name, digest = text(neutrinos.get("detector")), neutrinos.get("detector_digest")
    detector = _named_or_given(name, neutrinos.get("figures"))
    if digest is not None and digest != detector.digest:
        message = f"neutrinos.json: the figures of {name} were others when it was made"
        raise PermanentError(f"{message}: make the list again")
    return detector


def _named_or_given(name: str | None, figures: object) -> Detector:
    if figures is not None:
        try:
            return detector_of(figures)
        except ValueError as error:
            raise PermanentError(f"neutrinos.json: figures of {name!r}: {error}") from error
    if name not in NAMES:
        known = ", ".join(NAMES)
        raise PermanentError(f"neutrinos.json: detector {name!r}; densities are known of {known}")
    return detector_named(name)


def _time(said: object) -> datetime:
    time = instant(said)
    if time is None:
        raise PermanentError(f"alert.json has no time of the event: {said!r}")
    return time


def _snr(value: float | None) -> float | None:
    """Return an SNR that something can have; others count as not given."""
    return value if value is not None and LEAST_SNR <= value <= MOST_SNR else None
