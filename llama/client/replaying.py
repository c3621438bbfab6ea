"""Runs a captured stream through today's code, and compares what comes out with what did then.

No service is needed: each event is worked on in a scratch folder, with a clock that goes by the
stream's own times. What takes hours of waiting, cool-downs and contents that expire, passes at
once. What came from outside then (notices, operators' acts) is told again; what was made of it is
made again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeAlias

from llama.client.local.workbench import Workbench
from llama.client.overtaken import overtaken_files
from llama.domain.contents import digests_in
from llama.domain.errors import ActRefused
from llama.domain.event_state import replay
from llama.domain.resolve import decide
from llama.domain.shown import shown_files
from llama.domain.states import BEGINNING, EventState, StoredFile
from llama.domain.timers import timers_of
from schemas.facts import (
    Fact,
    FileDeleted,
    FileFrozen,
    FilePut,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    RunCancelled,
    TriggerReceived,
)

MOST_WAITS = 50
"""Cool-downs and expiries of one event that are waited for: a handler may never be content."""

_OVERTAKEN = "later inputs had come when it was captured, and were not used yet"

Act = FlagsChanged | FileVetoed | FileFrozen | FileDeleted | FilePut | FileRequested | RunCancelled
Word: TypeAlias = Literal["same", "changed", "overtaken", "missing", "new", "none"]
"""`overtaken` is another content, as it was recorded before later inputs were used; `new` was not
recorded; `none` was neither recorded nor made."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One thing that came from outside."""

    at: datetime
    notice: bytes | None = None
    """The bytes of a notice, as they came."""
    act: Act | None = None
    """What an operator did."""
    contents: tuple[bytes, ...] = ()
    """The contents that come with the act."""


@dataclass(frozen=True, slots=True)
class Captured:
    """One event of a stream: what came in, in order, and what was made of it, if that is known."""

    event: str
    occasions: tuple[Occasion, ...]
    recorded: EventState | None = None
    """None: nobody has kept what was made."""


@dataclass(slots=True)
class VirtualClock:
    """A clock that is put forward, and never back."""

    moment: datetime = BEGINNING

    def now(self) -> datetime:
        """Return the moment that it was put to."""
        return self.moment

    def reach(self, moment: datetime) -> None:
        """Let it be at least this late."""
        self.moment = max(self.moment, moment)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one product."""

    file: str
    verdict: Word
    detail: str
    was: str | None
    """Digest of what was recorded; None if nothing was."""
    now: str | None


@dataclass(slots=True)
class Replaying:
    """Replays events, one after the other."""

    bench_of: Callable[[str, VirtualClock], Workbench]
    """Gives a workbench on an event in a scratch folder, by a clock."""
    told: list[str] = field(default_factory=list[str])
    """What could not be done as it was done then."""

    def replay(self, captured: Captured) -> EventState:
        """Replay one event; return what it is in the end."""
        clock = VirtualClock()
        bench = self.bench_of(captured.event, clock)
        bench.begin()
        for occasion in captured.occasions:
            self._work(bench, clock, until=occasion.at)
            clock.reach(occasion.at)
            self._happen(bench, captured.event, occasion)
        recorded = captured.recorded
        self._work(bench, clock, until=recorded.as_of if recorded else clock.moment)
        return bench.state

    def _happen(self, bench: Workbench, event: str, occasion: Occasion) -> None:
        for content in occasion.contents:
            bench.folder.keep(content)
        try:
            if occasion.notice is not None:
                bench.take_in(occasion.notice)
            if occasion.act is not None:
                act = occasion.act
                bench.act(lambda _: [act])
        except (ValueError, ActRefused) as error:
            self.told.append(f"{event}: {error}")

    def _work(self, bench: Workbench, clock: VirtualClock, *, until: datetime) -> None:
        """Make what can be made; wait for retries, and for expiries up to a moment."""
        if not bench.state.sequence:
            return
        for _ in range(MOST_WAITS):
            bench.update()
            following = _next_moment(bench.state, clock.moment, until)
            if following is None:
                return
            clock.reach(following)
        self.told.append(f"{bench.eventid}: still not content after {MOST_WAITS} retries")


def _next_moment(state: EventState, now: datetime, until: datetime) -> datetime | None:
    """Return when something is to be done next; None if nothing is.

    Cool-downs pass at once, however long they are; other times only as far as the stream went.
    """
    retries = decide(state, now).timers
    expiries = [timer.due_at for timer in timers_of(state) if now < timer.due_at <= until]
    return min((*retries, *expiries), default=None)


def captured_from(event: str, facts: Sequence[Fact], content: Callable[[str], bytes]) -> Captured:
    """Return what came in from outside according to an event's facts, and what they amount to.

    `content` gives the bytes of an artifact by its digest.
    """
    occasions = [one for fact in facts if (one := _occasion(fact, content)) is not None]
    return Captured(event, tuple(occasions), replay(event, facts))


def _occasion(fact: Fact, content: Callable[[str], bytes]) -> Occasion | None:
    match fact:
        case TriggerReceived():
            return Occasion(fact.occurred_at, notice=content(fact.raw))
        case (
            FlagsChanged()
            | FileVetoed()
            | FileFrozen()
            | FileDeleted()
            | FilePut()
            | FileRequested()
            | RunCancelled()
        ):
            contents = tuple(content(digest) for digest in digests_in(fact))
            return Occasion(fact.occurred_at, act=fact, contents=contents)
        case _:
            return None


def verdicts(recorded: EventState, replayed: EventState) -> list[Verdict]:
    """Compare the files of an event with those that were recorded, ancestors first."""
    was, now = recorded.tree, replayed.tree
    statuses = {file.name: f"{file.status}: {file.reason}" for file in shown_files(replayed)}
    old = {file.name: file.status for file in shown_files(recorded)}
    order = dict.fromkeys((*statuses, *was, *now))
    overtaken = overtaken_files(recorded, replayed)
    found = [
        _verdict(name, was.get(name), now.get(name), statuses.get(name, ""), old.get(name, ""))
        for name in order
        if name in was or name in now
    ]
    return [
        replace(one, verdict="overtaken", detail=f"{one.detail}; {_OVERTAKEN}")
        if one.verdict == "changed" and one.file in overtaken
        else one
        for one in found
    ]


def _verdict(
    name: str, was: StoredFile | None, now: StoredFile | None, status: str, recorded: str
) -> Verdict:
    if was is None or now is None:
        word: Word = "new" if was is None else "missing"
        detail = "it was not made then" if was is None else status or "the pipeline lacks it now"
        return Verdict(name, word, detail, was and _digest(was), now and _digest(now))
    word, detail = _compared(was, now)
    if word == "changed" and recorded not in {"current", ""}:
        detail += f"; it was {recorded} when it was captured"
    return Verdict(name, word, detail, _digest(was), _digest(now))


def _compared(was: StoredFile, now: StoredFile) -> tuple[Word, str]:
    if _digest(was) == _digest(now):
        return "same", "same bytes"
    mine, theirs = _aspects(was), _aspects(now)
    if mine and mine == theirs:
        return "same", "same content, in other bytes"
    different = sorted(
        name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name)
    )
    return "changed", f"other {', '.join(different)}" if different else "other bytes"


def _aspects(stored: StoredFile) -> Mapping[str, str]:
    """Return the digests of what a file says, whatever its bytes."""
    return {name: digest for name, digest in stored.content.aspects.items() if name != "whole"}


def _digest(stored: StoredFile) -> str:
    return stored.content.digest
