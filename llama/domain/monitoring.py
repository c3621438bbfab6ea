"""What the stream monitor counts: hopping windows over what the facts tell of themselves.

Everything follows from the facts and their own times, whichever partition is read first: whoever
reads the same log has the same windows. Times are whole milliseconds, so that sums do not depend
on the order either.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from schemas.external_triggers import ExternalTriggerReceived
from schemas.facts import (
    Fact,
    FileFailed,
    FileGenerated,
    FileObsoleted,
    PipelineAdopted,
    RunResult,
    TriggerReceived,
)
from schemas.neutrinos import NeutrinoReceived

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
REMEMBERED = 8000
"""Facts of a partition of which it is known that they were counted: some megabytes."""
TEST = "test"
"""The kind of alerts that are none of nature's."""


class Measure(StrEnum):
    """What is counted."""

    ALERT = "alert"
    """Notices, by kind: the alert's type, `test`, `neutrino`, `external_trigger`."""
    RUN = "run"
    """Runs, made or failed, by handler; how long each took."""
    FILE = "notice_to_file"
    """Files that a notice led to, by handler; how long after it came in."""
    RESULT = "notice_to_result"
    """The same of the handlers that publish: how long until the world was told."""
    OBSOLETE = "obsolete"
    """Files that became obsolete, by handler."""


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that is counted once."""

    measure: Measure
    name: str
    at: datetime
    ms: int = 0
    """How long it took, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How many there were, and how long they took, in milliseconds."""

    count: int = 0
    total_ms: int = 0
    longest_ms: int = 0

    def plus(self, other: "Figures") -> "Figures":
        """Return both together."""
        return Figures(
            self.count + other.count,
            self.total_ms + other.total_ms,
            max(self.longest_ms, other.longest_ms),
        )


Tally: TypeAlias = Mapping[tuple[Measure, str], Figures]
"""What there was of each measure and name."""


@dataclass(frozen=True, slots=True)
class Window:
    """What there was from a moment until before another one."""

    begin: datetime
    end: datetime
    tally: Tally


@dataclass(frozen=True, slots=True)
class Hopping:
    """Windows of one length, of which a new one begins with every hop."""

    hop: timedelta
    hops: int
    """How many of them make a window."""
    kept: int
    """How many hops closed windows are kept for."""

    def pane_of(self, moment: datetime) -> int:
        """Return the number of the hop that a moment is in."""
        return (moment - EPOCH) // self.hop

    def begin_of(self, pane: int) -> datetime:
        """Return when a hop begins."""
        return EPOCH + pane * self.hop


def hopping(window_s: float) -> Hopping:
    """Return windows of some seconds: each overlaps with the next by four fifths."""
    return Hopping(timedelta(seconds=window_s) / 5, hops=5, kept=360)


class Windows:
    """Observations, gathered by hops: windows that overlap share them."""

    def __init__(self, hopping: Hopping) -> None:
        self._hopping = hopping
        self._panes: dict[int, dict[tuple[Measure, str], Figures]] = {}

    def add(self, seen: Observation) -> None:
        """Count one; it also counts in windows that were closed before it was told."""
        pane = self._panes.setdefault(self._hopping.pane_of(seen.at), {})
        key = seen.measure, seen.name
        pane[key] = pane.get(key, Figures()).plus(Figures(1, seen.ms, seen.ms))

    def running(self, now: datetime) -> Window:
        """Return the window that closes next."""
        return self._window(self._hopping.pane_of(now) - self._hopping.hops + 1)

    def closed(self, now: datetime) -> Iterator[Window]:
        """Go through the windows that have ended and have anything in them, the latest first."""
        latest = self._hopping.pane_of(now) - self._hopping.hops
        first = latest - self._hopping.kept
        begins = {pane - back for pane in self._panes for back in range(self._hopping.hops)}
        for number in sorted(begins, reverse=True):
            if first < number <= latest:
                yield self._window(number)

    def forget(self, now: datetime) -> None:
        """Forget what is in no window that is still kept."""
        first = self._hopping.pane_of(now) - self._hopping.hops - self._hopping.kept
        for pane in [pane for pane in self._panes if pane <= first]:
            del self._panes[pane]

    def _window(self, first: int) -> Window:
        end = first + self._hopping.hops
        tally: dict[tuple[Measure, str], Figures] = {}
        for pane in range(first, end):
            for key, figures in self._panes.get(pane, {}).items():
                tally[key] = tally.get(key, Figures()).plus(figures)
        return Window(self._hopping.begin_of(first), self._hopping.begin_of(end), tally)


@dataclass(slots=True)
class Reckoning:
    """What the messages of one partition tell, in their order; a repeated one tells nothing.

    A latency is counted from the notice that led to a run, along the causes. Acts, contents whose
    time was over, and new code lead to runs too: those say nothing about how fast alerts are
    followed. Of facts that lie far back in the partition nobody remembers the notice any more.
    """

    publishers: frozenset[str] = frozenset()
    """The handlers that publish."""
    remembered: int = REMEMBERED
    _notices: OrderedDict[tuple[str, str], datetime | None] = field(
        default_factory=OrderedDict[tuple[str, str], datetime | None]
    )
    """By event and fact: when the notice came in that led to it, if one did."""

    def observe(self, fact: Fact) -> tuple[Observation, ...]:
        """Return what a fact tells, and remember it."""
        noticed = self._noticed(fact)
        is_new = self._remember((fact.event, fact.id), noticed)
        return tuple(self._told(fact, noticed)) if is_new else ()

    def hear(self, message: NeutrinoReceived | ExternalTriggerReceived) -> tuple[Observation, ...]:
        """Return what a notice tells that is of no event, and remember it."""
        kind = "neutrino" if isinstance(message, NeutrinoReceived) else "external_trigger"
        is_new = self._remember(("", message.id), None)
        return (Observation(Measure.ALERT, kind, message.occurred_at),) if is_new else ()

    def _remember(self, key: tuple[str, str], noticed: datetime | None) -> bool:
        """Tell whether a message is new."""
        if key in self._notices:
            return False
        self._notices[key] = noticed
        if len(self._notices) > self.remembered:
            self._notices.popitem(last=False)
        return True

    def _noticed(self, fact: Fact) -> datetime | None:
        match fact:
            case TriggerReceived():
                return fact.occurred_at
            case PipelineAdopted() | FileGenerated() | FileFailed() | FileObsoleted():
                return self._notices.get((fact.event, fact.cause))
            case _:
                return None

    def _told(self, fact: Fact, noticed: datetime | None) -> Iterator[Observation]:
        at = fact.occurred_at
        match fact:
            case TriggerReceived():
                yield Observation(Measure.ALERT, _kind_of(fact), at)
            case FileObsoleted():
                yield Observation(Measure.OBSOLETE, fact.handler, at)
            case FileGenerated():
                yield _run_of(fact)
                if noticed is not None:
                    yield from self._latencies(fact, _ms_between(noticed, at))
            case FileFailed():
                yield _run_of(fact)
            case _:
                return

    def _latencies(self, fact: FileGenerated, ms: int) -> Iterator[Observation]:
        yield Observation(Measure.FILE, fact.handler, fact.occurred_at, ms)
        if fact.handler in self.publishers:
            yield Observation(Measure.RESULT, fact.handler, fact.occurred_at, ms)


def _kind_of(notice: TriggerReceived) -> str:
    return TEST if notice.is_test or notice.marks_test else notice.alert_type.value


def _run_of(result: RunResult) -> Observation:
    return Observation(Measure.RUN, result.handler, result.occurred_at, int(result.wall_s * 1000))


def _ms_between(earlier: datetime, later: datetime) -> int:
    return max((later - earlier) // MILLISECOND, 0)
