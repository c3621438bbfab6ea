"""The reader of single-neutrino notices: IceCube's gold and bronze track alerts.

Tolerant as the reader of `igwn.gwalert`: what is odd is kept and told; refused is what has no
readable id, type, time or direction, what is no track of IceCube, and what is hostile.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from llama.domain.notice.body import Body, body_of
from llama.domain.notice.dialect import Telling, Unusable, is_no_track, word
from llama.domain.notice.model import JsonValue, Limits, RefusalReason, Refused
from llama.domain.notice.neutrino_place import NO_PLACE, Place, read_place
from llama.domain.notice.oddities import Oddities, refuse, shown
from schemas.neutrinos import NeutrinoKind

_FIRST_SUBEVENT = re.compile(r"([0-9]+_[0-9]+)_0")
_STREAMS = ("gold", "bronze")
_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class NeutrinoNotice:
    """One notice about one neutrino; equal notices give equal values."""

    neutrino: str
    """The detector's id, the same in every revision."""
    revision: int
    sent_at: datetime
    """The notice's own time; where it tells none, that of the neutrino."""
    time: datetime
    """When the neutrino came: aware, UTC."""
    place: Place
    """Where it came from, and how energetic it was; a retraction need not tell it."""
    origin: NeutrinoKind
    stream: str
    """gold, bronze, or empty."""
    retracted: bool
    is_test: bool
    oddities: tuple[str, ...]


def tells_of_a_neutrino(said: Mapping[str, JsonValue]) -> bool:
    """Tell whether a message is one for this reader: of a track of IceCube, however badly told."""
    mission = word(said.get("mission"))
    by_schema = "single_neutrino_alerts" in str(said.get("$schema"))[:200]
    nobody_else = not mission and word(said.get("messenger")) == "neutrino"
    return (mission == "icecube" or by_schema or nobody_else) and not is_no_track(said)


def read_neutrino(raw: bytes, *, limits: Limits = _DEFAULT_LIMITS) -> NeutrinoNotice | Refused:
    """Read one notice from the bytes of its message. Never raises, whatever the bytes."""
    oddities = Oddities(limits)
    body = body_of(raw, limits, oddities)
    return body if isinstance(body, Refused) else neutrino_in(body, limits, oddities)


def neutrino_in(body: Body, limits: Limits, oddities: Oddities) -> NeutrinoNotice | Refused:
    """Read one notice from what its message says; `oddities` are those so far."""
    try:
        return _Reader(body.content, limits, oddities).notice()
    except Unusable as error:
        return refuse(error.reason, str(error))


@dataclass(slots=True)
class _Reader:
    body: Mapping[str, JsonValue]
    limits: Limits
    oddities: Oddities
    is_retraction: bool = field(default=False, init=False)

    def notice(self) -> NeutrinoNotice:
        """Read all of it; Unusable says why that cannot be."""
        told = Telling(self.body, self.limits, self.oddities, RefusalReason.BAD_NEUTRINO)
        neutrino = self._id(told.ids()[0])
        self._refuse_what_is_no_track()
        self.is_retraction = told.alert_type() == "retraction"
        sent_at, time = told.times(is_retraction=self.is_retraction)
        tense, is_test = told.tense()
        return NeutrinoNotice(
            neutrino=neutrino,
            revision=told.revision(),
            sent_at=sent_at,
            time=time,
            place=self._place(),
            origin="simulated" if tense == "injection" else "observation",
            stream=self._stream(),
            retracted=self.is_retraction,
            is_test=is_test,
            oddities=self.oddities.all(),
        )

    def _id(self, first: str) -> str:
        """Return the first id of a text or a list; `run_event_0` and `run_event` are one."""
        said = self.body.get("id")
        if isinstance(said, list) and len(said) > 1:
            self.oddities.add(f"{len(said)} ids: the first counts")
        found = _FIRST_SUBEVENT.fullmatch(first)
        return found[1] if found else first

    def _refuse_what_is_no_track(self) -> None:
        """Refuse other detectors and cascades: rates and densities are those of tracks."""
        mission = self.body.get("mission")
        if mission is not None and word(mission) != "icecube":
            raise Unusable(f"mission is {shown(mission, self.limits)}, where IceCube is read")
        if is_no_track(self.body):
            raise Unusable("it is no track, where only tracks are read")

    def _place(self) -> Place:
        """Return where it came from; a retraction that tells it badly tells nothing."""
        try:
            return read_place(self.body)
        except Unusable:
            if self.is_retraction:
                return NO_PLACE
            raise

    def _stream(self) -> str:
        first = word(self.body.get("pipeline")).partition(" ")[0]
        return first if first in _STREAMS else ""
