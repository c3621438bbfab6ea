"""JointResult: what an event's files say together of one search for neutrinos."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from llama.domain.notice.fact import ALERT_FILE
from llama.handlers.neutrino_list import WINDOW
from llama.handlers.results.tracks import (
    NEUTRINOS_FILE,
    RankedTrack,
    instant,
    ranked_tracks,
)
from llama.handlers.sky.fields import mapping, number, parsed, text
from schemas.base import why_test

SIGNIFICANCE_FILE = "significance.json"
READ = frozenset({ALERT_FILE, NEUTRINOS_FILE, SIGNIFICANCE_FILE})
"""The files that a result is read from."""
WINDOW_S = WINDOW / timedelta(seconds=1)
"""Half of the window around the event in which neutrinos are looked for, in seconds."""
Json = Mapping[str, object]
NOTHING: Json = {}


@dataclass(frozen=True, slots=True)
class NeutrinoFacts:
    """Where the tracks came from, and whether all of them can be there."""

    source: str | None
    detector: str | None
    detector_digest: str | None
    rate_hz: float | None
    start: datetime | None
    stop: datetime | None
    is_complete: bool
    complete_from: datetime | None
    """When the list can be complete: the end of the window and the delay of the source."""
    dropped: int


@dataclass(frozen=True, slots=True)
class SignificanceFacts:
    """What the search says of all tracks together."""

    search: str | None
    """"significant" or "ensemble"."""
    p_value: float | None
    no_p_value_because: str | None
    odds_ratio: float | None
    terms: Mapping[str, float]
    """The terms of the odds and what they are made from, by name."""
    parameters: Json
    background: Json
    is_complete: bool
    """Whether it was computed when the list of tracks was complete."""


@dataclass(frozen=True, slots=True)
class JointResult:
    """One event, its tracks and their significance, as far as they are known."""

    event: str
    test: str | None
    """What the event is if it is no observation: a mock or a test event."""
    event_time: datetime | None
    tracks: tuple[RankedTrack, ...] = ()
    neutrinos: NeutrinoFacts | None = None
    significance: SignificanceFacts | None = None

    @property
    def is_partial(self) -> bool:
        """Whether tracks may still come, or came after the significance was computed."""
        lists = self.neutrinos is not None and not self.neutrinos.is_complete
        return lists or (self.significance is not None and not self.significance.is_complete)

    @property
    def unobserved(self) -> str | None:
        """What the neutrinos are if they are no observation as it was made."""
        kinds = {track.kind for track in self.tracks}
        source = (self.neutrinos.source if self.neutrinos else None) or ""
        if "simulated" in kinds or source.startswith("simulated"):
            return "simulated neutrinos"
        return "blinded neutrinos" if "blinded" in kinds or "(blinded)" in source else None

    @property
    def p_value(self) -> float | None:
        """The p-value of the event; None if there is none yet."""
        return self.significance.p_value if self.significance else None


def joint_result(
    alert: Json, *, neutrinos: Json | None = None, significance: Json | None = None
) -> JointResult:
    """Put together what alert.json, neutrinos.json and significance.json say."""
    name = text(alert.get("superevent_id")) or "Event without a name"
    time = instant(mapping(alert.get("event")).get("time"))
    return JointResult(
        event=name,
        test=why_test(name),
        event_time=time,
        tracks=ranked_tracks(neutrinos or NOTHING, significance or NOTHING, event_time=time),
        neutrinos=None if neutrinos is None else neutrino_facts(neutrinos),
        significance=None if significance is None else significance_facts(significance),
    )


def neutrino_facts(said: Json) -> NeutrinoFacts:
    """Read the heading of neutrinos.json; a list that does not say so is not complete."""
    window = mapping(said.get("window"))
    return NeutrinoFacts(
        source=text(said.get("source")),
        detector=text(said.get("detector")),
        detector_digest=text(said.get("detector_digest")),
        rate_hz=number(said.get("rate_hz")),
        start=instant(window.get("start")),
        stop=instant(window.get("stop")),
        is_complete=said.get("complete") is True,
        complete_from=instant(said.get("complete_from")),
        dropped=int(number(said.get("dropped")) or 0),
    )


def significance_facts(said: Json) -> SignificanceFacts:
    """Read significance.json but for its tracks."""
    background = mapping(said.get("background"))
    terms = {name: said.get(name) for name in ("p_h_0", "p_h_c", "p_h_s1", "p_h_s2")}
    shown = {**terms, **mapping(said.get("terms"))}
    figures = {name: number(value) for name, value in shown.items()}
    return SignificanceFacts(
        search=text(said.get("search")),
        p_value=number(said.get("p_value")),
        no_p_value_because=text(background.get("reason")),
        odds_ratio=number(said.get("odds_ratio")),
        terms={name: value for name, value in figures.items() if value is not None},
        parameters=mapping(mapping(said.get("inputs")).get("search_parameters")),
        background=background,
        is_complete=mapping(said.get("window")).get("complete") is not False,
    )


def result_from(files: Mapping[str, bytes]) -> JointResult:
    """Return the result that the files of an event say, by their names; alert.json is needed.

    PermanentError if one of them is no JSON object.
    """
    said = {name: parsed(content, name=name) for name, content in files.items() if name in READ}
    return joint_result(
        said[ALERT_FILE],
        neutrinos=said.get(NEUTRINOS_FILE),
        significance=said.get(SIGNIFICANCE_FILE),
    )
