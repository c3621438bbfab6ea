"""The reader of single-neutrino notices: IceCube's gold and bronze track alerts as JSON.

Tolerant as the reader of `igwn.gwalert`: what is odd is kept and told; refused is what has no
readable id, type, time or direction, what is no track of IceCube, and what is hostile.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from llama.domain.notice.json_text import parse_object
from llama.domain.notice.model import JsonValue, Limits, RefusalReason, Refused
from llama.domain.notice.neutrino_place import NO_PLACE, Place, Unusable, read_place
from llama.domain.notice.oddities import Oddities, refuse, shown
from llama.domain.notice.times import read_time
from schemas.neutrinos import MOST_REVISIONS, NeutrinoKind

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,63}")
_FIRST_SUBEVENT = re.compile(r"([0-9]+_[0-9]+)_0")
_WORDS = (b'"Neutrino"', b"single_neutrino_alerts", b"IceCube")
_TYPES = ("initial", "subsequent", "update", "retraction")
_REAL = ("current", "archival")
_NOT_REAL = ("planned", "injection", "commanded", "test")
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


def tells_of_a_neutrino(raw: bytes) -> bool:
    """Tell by its words whether a message is one for this reader, at the cost of a search."""
    return b"superevent_id" not in raw and any(word in raw for word in _WORDS)


def read_neutrino(raw: bytes, *, limits: Limits = _DEFAULT_LIMITS) -> NeutrinoNotice | Refused:
    """Read one notice from the bytes of its message. Never raises, whatever the bytes."""
    if len(raw) > limits.max_bytes:
        return refuse(RefusalReason.TOO_LARGE, f"{len(raw)} bytes, of {limits.max_bytes} allowed")
    oddities = Oddities(limits)
    body = parse_object(raw, limits, oddities)
    if isinstance(body, Refused):
        return body
    try:
        return _Reader(body, limits, oddities).notice()
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
        neutrino = self._id()
        self._refuse_what_is_no_track()
        self.is_retraction = self._type() == "retraction"
        sent_at, time = self._times()
        origin, is_test = self._tense()
        return NeutrinoNotice(
            neutrino=neutrino,
            revision=self._revision(),
            sent_at=sent_at,
            time=time,
            place=self._place(),
            origin=origin,
            stream=self._stream(),
            retracted=self.is_retraction,
            is_test=is_test,
            oddities=self.oddities.all(),
        )

    def _id(self) -> str:
        """Return the first id of a text or a list; `run_event_0` and `run_event` are one."""
        said = self.body.get("id")
        if isinstance(said, list):
            if len(said) > 1:
                self.oddities.add(f"{len(said)} ids: the first counts")
            said = said[0] if said else None
        if isinstance(said, int) and not isinstance(said, bool):
            said = str(said)
        if not (isinstance(said, str) and _ID.fullmatch(said.strip())):
            raise Unusable(f"id is {shown(said, self.limits)}")
        found = _FIRST_SUBEVENT.fullmatch(said.strip())
        return found[1] if found else said.strip()

    def _refuse_what_is_no_track(self) -> None:
        """Refuse other detectors and cascades: rates and densities are those of tracks."""
        mission, kind = self.body.get("mission"), self.body.get("alert_topology")
        if mission is not None and _word(mission) != "icecube":
            raise Unusable(f"mission is {shown(mission, self.limits)}, where IceCube is read")
        if _word(kind or "track") != "track" or "cascade" in _word(self.body.get("pipeline")):
            raise Unusable("it is no track, where only tracks are read")

    def _type(self) -> str:
        said = self.body.get("alert_type")
        if _word(said) not in _TYPES:
            detail = f"alert_type is {shown(said, self.limits)}"
            raise Unusable(detail, RefusalReason.BAD_ALERT_TYPE)
        return _word(said)

    def _times(self) -> tuple[datetime, datetime]:
        """Return when it was sent and when the neutrino came; of one alone, that for both."""
        sent, came = (self._time(key) for key in ("alert_datetime", "trigger_time"))
        if came is None and sent is not None and self.is_retraction:
            return sent, sent
        if came is None:
            said = shown(self.body.get("trigger_time"), self.limits)
            raise Unusable(f"trigger_time is {said}", RefusalReason.BAD_TIME)
        return sent or came, came

    def _time(self, key: str) -> datetime | None:
        read = read_time(self.body.get(key))
        if read is None:
            self.oddities.add(f"{key} is no time")
        elif not read.is_zoned:
            self.oddities.add(f"{key} names no zone: taken as UTC")
        return read.utc if read else None

    def _revision(self) -> int:
        said = self.body.get("record_number")
        if said is None:
            self.oddities.add("no record_number: taken as 0")
            return 0
        number = _whole(said)
        if number is None or not 0 <= number <= MOST_REVISIONS:
            raise Unusable(f"record_number is {shown(said, self.limits)}")
        return number

    def _tense(self) -> tuple[Literal["observation", "simulated"], bool]:
        """Return what it is of, and whether it is a test: what is not known to be real is one."""
        said = self.body.get("alert_tense")
        word = "current" if said is None else _word(said)
        if said is None or word not in (*_REAL, *_NOT_REAL):
            taken = "current" if said is None else "a test"
            self.oddities.add(f"alert_tense is {shown(said, self.limits)}: taken as {taken}")
        return "simulated" if word == "injection" else "observation", word not in _REAL

    def _place(self) -> Place:
        """Return where it came from; a retraction that tells it badly tells nothing."""
        try:
            return read_place(self.body)
        except Unusable:
            if self.is_retraction:
                return NO_PLACE
            raise

    def _stream(self) -> str:
        first = _word(self.body.get("pipeline")).partition(" ")[0]
        return first if first in _STREAMS else ""


def _word(said: JsonValue) -> str:
    return said.strip().lower()[:80] if isinstance(said, str) else ""


def _whole(said: JsonValue) -> int | None:
    """Return a whole number that is written as 1, 1.0 or "1"; None of anything else."""
    if isinstance(said, str) and re.fullmatch(r"[0-9]{1,9}", said):
        return int(said)
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    return int(said) if abs(said) <= MOST_REVISIONS and said == int(said) else None
