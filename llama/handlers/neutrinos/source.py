"""Where tracks come from: one Protocol, and a URL for each kind of source."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol, cast, runtime_checkable
from urllib.parse import parse_qsl, urlencode

from llama.domain.errors import Misconfigured
from llama.domain.handler import NotYet
from llama.handlers.neutrinos.asking import shown, tracks_over_http
from llama.handlers.neutrinos.blinding import blinded
from llama.handlers.neutrinos.detector import Detector, detector_named
from llama.handlers.neutrinos.icecat import IceCat
from llama.handlers.neutrinos.injection import Injection
from llama.handlers.neutrinos.received import USUAL_DELAY_S, name_of, tracks_received
from llama.handlers.neutrinos.records import latest, records_from_bytes, tracks_from
from llama.handlers.neutrinos.release import Release
from llama.handlers.neutrinos.simulation import simulated
from llama.handlers.neutrinos.track import MAX_BYTES, Track, in_order

DEFAULT_URL = "simulated:gfu"
LONGEST_DELAY_S = 30 * 86400.0
Options = dict[str, str]


@runtime_checkable
class NeutrinoSource(Protocol):
    """Knows the tracks of a detector."""

    @property
    def name(self) -> str:
        """What results call it: no passwords in it."""
        ...

    @property
    def detector(self) -> Detector:
        """Whose tracks they are: rate and densities."""
        ...

    @property
    def delay_s(self) -> float:
        """Seconds after which all tracks of a moment are known."""
        ...

    def tracks(self, start: datetime, stop: datetime) -> tuple[Track, ...]:
        """Return the tracks of a time span; NotYet if there is nothing of that time so far."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """A source made of a function that fetches."""

    name: str
    detector: Detector
    delay_s: float
    fetch: Callable[[datetime, datetime], tuple[Track, ...]]

    def tracks(self, start: datetime, stop: datetime) -> tuple[Track, ...]:
        """Return the tracks of a time span; NotYet if there is nothing of that time so far."""
        return self.fetch(start, stop)


@dataclass(frozen=True, slots=True)
class Blinded:
    """A source whose tracks' places say nothing."""

    source: NeutrinoSource
    seed: str

    @property
    def name(self) -> str:
        """The source's name, and that it is blinded."""
        return f"{self.source.name} (blinded)"

    @property
    def detector(self) -> Detector:
        """The source's detector."""
        return self.source.detector

    @property
    def delay_s(self) -> float:
        """The source's delay."""
        return self.source.delay_s

    def tracks(self, start: datetime, stop: datetime) -> tuple[Track, ...]:
        """Return the source's tracks with right ascensions and times dealt out afresh."""
        return blinded(self.source.tracks(start, stop), self.seed)


def source_from(url: str, *, tests: bool = False) -> NeutrinoSource:
    """Return the source that a URL names; Misconfigured says what is wrong with it.

    simulated:DETECTOR?seed=7&inject=TIME,RA,DEC,ENERGY, icecube10yr:FOLDER, icecat1:FILE,
    records:FILE, http(s)://..., received:, python:MODULE:FUNCTION. Options: `detector`,
    `delay_s`, and `blinded=SEED` with each. `tests`: it is for a mock or test event, so that
    received tests count, too.
    """
    scheme, colon, rest = url.strip().partition(":")
    make = partial(_received, tests=tests) if scheme == "received" else _KINDS.get(scheme)
    if not colon or make is None:
        known = ", ".join(sorted({*_KINDS, "received"}))
        raise Misconfigured(
            f"{url!r} names no source of neutrinos: begin with one of {known}, and :"
        )
    place, options = _split(url.strip() if scheme in {"http", "https"} else rest)
    seed = options.pop("blinded", None)
    source = make(place, options)
    if options:
        raise Misconfigured(f"{scheme}: knows no option {', '.join(sorted(options))}: leave it out")
    return source if seed is None else Blinded(source, seed)


def _split(place: str) -> tuple[str, Options]:
    """Take our options off a place; what an HTTP server is to be told stays with it."""
    bare, _, query = place.partition("?")
    said = dict(parse_qsl(query, keep_blank_values=True))
    if not place.startswith(("http:", "https:")):
        return bare, said
    ours = {name: said.pop(name) for name in ("detector", "delay_s", "blinded") if name in said}
    return f"{bare}?{urlencode(said)}" if said else bare, ours


def _detector(options: Options, usual: str) -> Detector:
    try:
        return detector_named(options.pop("detector", usual))
    except ValueError as error:
        raise Misconfigured(str(error)) from error


def _delay(options: Options, usual_s: float = 0.0) -> float:
    said = options.pop("delay_s", str(usual_s))
    try:
        delay_s = float(said)
    except ValueError:
        delay_s = -1.0
    if not 0 <= delay_s <= LONGEST_DELAY_S:
        raise Misconfigured(f"delay_s is {said!r}: give seconds, {LONGEST_DELAY_S:.0f} at most")
    return delay_s


def _simulated(place: str, options: Options) -> NeutrinoSource:
    seed = options.pop("seed", "0")
    detector = _detector({"detector": place}, place)
    name = f"simulated:{detector.name}?seed={seed}"
    injection = _injection(options)

    def fetch(start: datetime, stop: datetime) -> tuple[Track, ...]:
        tracks = simulated(detector, seed, start, stop)
        if injection is None or not start <= injection.time < stop:
            return tracks
        return in_order((*tracks, injection.track(detector, seed)))

    return Source(
        name if injection is None else f"{name} (with an injected track)",
        detector,
        _delay(options),
        fetch,
    )


def _injection(options: Options) -> Injection | None:
    said = options.pop("inject", None)
    try:
        return None if said is None else Injection.parsed(said)
    except ValueError as error:
        raise Misconfigured(f"inject: {error}") from error


def _release(place: str, options: Options) -> NeutrinoSource:
    release, detector = Release(Path(place)), _detector(options, "ic40")

    def fetch(start: datetime, stop: datetime) -> tuple[Track, ...]:
        if not release.covers(start, stop):
            raise NotYet(f"the release in {place} has no season with {start:%Y-%m-%d}")
        return release.tracks(start, stop)

    return Source("icecube10yr", detector, _delay(options), fetch)


def _catalogue(place: str, options: Options) -> NeutrinoSource:
    catalogue, detector = IceCat(Path(place)), _detector(options, "icecat")

    def fetch(start: datetime, stop: datetime) -> tuple[Track, ...]:
        if not catalogue.covers(start, stop):
            raise NotYet(f"the catalogue in {place} does not reach to {stop:%Y-%m-%d}")
        return catalogue.tracks(start, stop)

    return Source("icecat1", detector, _delay(options), fetch)


def _records(place: str, options: Options) -> NeutrinoSource:
    detector = _detector(options, "gfu")

    def fetch(start: datetime, stop: datetime) -> tuple[Track, ...]:
        tracks = _in_file(Path(place))
        return tuple(track for track in tracks if start <= track.time <= stop)

    return Source(f"records:{Path(place).name}", detector, _delay(options), fetch)


def _in_file(path: Path) -> tuple[Track, ...]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Misconfigured(f"{path} has more than {MAX_BYTES} bytes: split it")
        return latest(records_from_bytes(path.read_bytes()))
    except FileNotFoundError as error:
        raise NotYet(f"there is no file {path} yet") from error
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{path} holds no list of tracks: {error}") from error


def _http(place: str, options: Options) -> NeutrinoSource:
    detector = _detector(options, "gfu")
    return Source(
        shown(place),
        detector,
        _delay(options),
        lambda start, stop: tracks_over_http(place, start, stop),
    )


def _received(place: str, options: Options, *, tests: bool) -> NeutrinoSource:
    detector = _detector(options, "icecat")
    return Source(
        name_of(place),
        detector,
        _delay(options, USUAL_DELAY_S),
        lambda start, stop: tracks_received(place, start, stop, tests=tests),
    )


def _python(place: str, options: Options) -> NeutrinoSource:
    """Call a function of the user's with the options; it returns a source."""
    module, _, function = place.partition(":")
    try:
        make = getattr(importlib.import_module(module), function)
    except (ImportError, ValueError, AttributeError) as error:
        raise Misconfigured(
            f"python:{place} cannot be had ({error}): give MODULE:FUNCTION, "
            "of a module in the current folder or on PYTHONPATH"
        ) from error
    made = cast("object", make(**options))
    options.clear()
    if not isinstance(made, NeutrinoSource):
        raise Misconfigured(f"python:{place} returns a {type(made).__name__}: return a source")
    return Source(
        made.name,
        made.detector,
        made.delay_s,
        lambda start, stop: tracks_from(made.tracks(start, stop)),
    )


_KINDS: Mapping[str, Callable[[str, Options], NeutrinoSource]] = {
    "simulated": _simulated,
    "icecube10yr": _release,
    "icecat1": _catalogue,
    "records": _records,
    "http": _http,
    "https": _http,
    "python": _python,
}
