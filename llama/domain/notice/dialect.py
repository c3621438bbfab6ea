"""What all notices of GCN's unified schema tell in the same words: ids, type, times, revision."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from llama.domain.notice.model import JsonValue, Limits, RefusalReason
from llama.domain.notice.oddities import Oddities, shown
from llama.domain.notice.times import read_time
from schemas.neutrinos import MOST_REVISIONS

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,63}")
_MOST_IDS = 8
_TYPES = ("initial", "subsequent", "update", "retraction")
_REAL = ("current", "archival")
_NOT_REAL = ("planned", "injection", "commanded", "test")


class Unusable(Exception):
    """What a notice says cannot be used; the reader turns it into a refusal."""

    def __init__(self, detail: str, reason: RefusalReason = RefusalReason.BAD_NEUTRINO) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice, as far as all are alike: Unusable says which part cannot be used."""

    body: Mapping[str, JsonValue]
    limits: Limits
    oddities: Oddities
    reason: RefusalReason
    """Of what is unusable and neither the type nor a time."""

    def ids(self) -> tuple[str, ...]:
        """Return the usable ids of a text, a number or a list; the first one must be usable."""
        said = self.body.get("id")
        told = said[:_MOST_IDS] if isinstance(said, list) else [said]
        found = [_id(one) for one in told]
        if not found or not found[0]:
            raise Unusable(f"id is {shown(told[0] if told else None, self.limits)}", self.reason)
        return tuple(one for one in found if one)

    def alert_type(self) -> str:
        """Return initial, subsequent, update or retraction."""
        said = self.body.get("alert_type")
        if word(said) not in _TYPES:
            detail = f"alert_type is {shown(said, self.limits)}"
            raise Unusable(detail, RefusalReason.BAD_ALERT_TYPE)
        return word(said)

    def times(self, *, is_retraction: bool) -> tuple[datetime, datetime]:
        """Return when it was sent and of when it tells; of one alone, that for both.

        Only a retraction may leave out the time that it tells of.
        """
        sent, came = (self._time(key) for key in ("alert_datetime", "trigger_time"))
        if came is None and sent is not None and is_retraction:
            return sent, sent
        if came is None:
            said = shown(self.body.get("trigger_time"), self.limits)
            raise Unusable(f"trigger_time is {said}", RefusalReason.BAD_TIME)
        return sent or came, came

    def revision(self) -> int:
        """Return the record number; 0 where none is told."""
        said = self.body.get("record_number")
        if said is None:
            self.oddities.add("no record_number: taken as 0")
            return 0
        number = _whole(said)
        if number is None or not 0 <= number <= MOST_REVISIONS:
            raise Unusable(f"record_number is {shown(said, self.limits)}", self.reason)
        return number

    def tense(self) -> tuple[str, bool]:
        """Return its tense, and whether it is a test: what is not known to be real is one."""
        said = self.body.get("alert_tense")
        tense = "current" if said is None else word(said)
        if said is None or tense not in (*_REAL, *_NOT_REAL):
            taken = "current" if said is None else "a test"
            self.oddities.add(f"alert_tense is {shown(said, self.limits)}: taken as {taken}")
        return tense, tense not in _REAL

    def _time(self, key: str) -> datetime | None:
        read = read_time(self.body.get(key))
        if read is None:
            self.oddities.add(f"{key} is no time")
        elif not read.is_zoned:
            self.oddities.add(f"{key} names no zone: taken as UTC")
        return read.utc if read else None


def is_no_track(body: Mapping[str, JsonValue]) -> bool:
    """Tell whether a neutrino's notice is about something else than a track, as far as it says."""
    topology = word(body.get("alert_topology") or "track")
    return topology != "track" or "cascade" in word(body.get("pipeline"))


def word(said: JsonValue) -> str:
    """Return the small letters of a text, its first 80 at the most; nothing of anything else."""
    return said.strip().lower()[:80] if isinstance(said, str) else ""


def _id(said: JsonValue) -> str:
    """Return an id; nothing if it is none."""
    if isinstance(said, int) and not isinstance(said, bool):
        said = str(said)
    return said.strip() if isinstance(said, str) and _ID.fullmatch(said.strip()) else ""


def _whole(said: JsonValue) -> int | None:
    """Return a whole number that is written as 1, 1.0 or "1"; None of anything else."""
    if isinstance(said, str) and re.fullmatch(r"[0-9]{1,9}", said):
        return int(said)
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    return int(said) if abs(said) <= MOST_REVISIONS and said == int(said) else None
