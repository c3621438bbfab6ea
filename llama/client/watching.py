"""Follows the events of a running system: what each fact changed, from any position, in order."""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias, TypeVar

from llama.domain.consequences import consequence_of
from llama.domain.errors import NoPosition
from llama.domain.outlook import Outlook
from llama.domain.position import Position
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.profile import EventProfile, about
from llama.domain.states import BEGINNING, EventState, Outcome
from llama.domain.wiring import Wirings
from llama.ports.following import Following, ShownFact
from schemas.changes import EventChange

AT_ONCE = 100
"""Facts of a partition that are read together: all that is kept for somebody who reads slowly."""
REMEMBERED_EVENTS = 500
REMEMBERED_CHANGES = 2000
"""What happened last: most who follow want just this."""

Key = TypeVar("Key")
Value = TypeVar("Value")
Told: TypeAlias = tuple[EventChange, EventProfile] | None
"""What a fact changed, and the event after it; None if it changed nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a fact changed, and the position behind it; no change: only the position moved on."""

    position: Position
    change: EventChange | None


def followable(wanted: Downselection) -> Downselection:
    """Return criteria that can be followed; ValueError for those that only a list can meet."""
    if wanted.is_clock_relative:
        message = "what changes as time goes by cannot be followed"
        raise ValueError(f"{message}: use v0after, v0before, modafter or modbefore")
    if wanted.sortkey is not None or wanted.reverse or wanted.limit is not None:
        raise ValueError("changes come in their own order: leave sortkey, reverse and limit out")
    return wanted


@dataclass(slots=True)
class Watching:
    """Follows a system for any number of people; remembers what it found for the next one."""

    following: Following
    _outlooks: "OrderedDict[str, Outlook]" = field(default_factory=OrderedDict[str, Outlook])
    _told: "OrderedDict[tuple[int, int], Told]" = field(
        default_factory=OrderedDict[tuple[int, int], Told]
    )
    _wirings: Wirings = field(default_factory=Wirings)

    async def start(self, at: Position | None) -> Position:
        """Return where to begin: here and now, unless it is said.

        NoPosition if that is ahead of what there is: it is another system's.
        """
        shown = await self.following.position()
        if at is not None and at.is_ahead_of(shown):
            message = f"{at} is ahead of this system, which is at {shown}"
            raise NoPosition(f"{message}: it is another system's; begin without a position")
        return at or shown

    async def changes(
        self, at: Position, wanted: Downselection, *, idle_s: float
    ) -> AsyncGenerator[Change]:
        """Go through the changes behind a position for ever, of events that meet the criteria.

        Whoever is told a change's position and begins there again misses nothing and sees nothing
        twice. How far it has come is told as well when there was nothing to tell, at the latest
        after `idle_s` seconds. Unavailable while the tables cannot be read.
        """
        while True:
            heard = self.following.heard
            facts = in_time(await self.following.after(at, limit=AT_ONCE))
            for fact in facts:
                at = at.behind(fact.partition, fact.offset)
                told = await self._of(fact)
                if told and wanted.matches(told[1], BEGINNING):
                    yield Change(at, told[0])
            if not facts:
                await self.following.wait(seen=heard, timeout_s=idle_s)
            yield Change(at, None)

    async def _of(self, fact: ShownFact) -> Told:
        """Return what a fact changed, from memory if somebody has asked before."""
        place = fact.partition, fact.offset
        if fact.outcome != Outcome.APPLIED:
            return None
        if place not in self._told:
            self._told[place] = await self._find(fact)
            _forget(self._told, REMEMBERED_CHANGES)
        return self._told[place]

    async def _find(self, shown: ShownFact) -> Told:
        before = await self._before(shown)
        after = before.after(shown.fact, self._wirings)
        self._outlooks[after.state.event] = after
        self._outlooks.move_to_end(after.state.event)
        _forget(self._outlooks, REMEMBERED_EVENTS)
        return consequence_of(before, shown.fact, after), about(after.state)

    async def _before(self, shown: ShownFact) -> Outlook:
        """Return the event before a fact: as it is remembered, or folded anew."""
        event = shown.fact.event
        known = self._outlooks.get(event)
        outlook = known if known and known.state.sequence < shown.sequence else None
        outlook = outlook or Outlook.of(EventState(event))
        if outlook.state.sequence < shown.sequence - 1:
            facts = await self.following.before(event, shown.sequence)
            for fact in facts[outlook.state.sequence :]:
                outlook = outlook.after(fact, self._wirings)
        return outlook


def in_time(facts: Sequence[ShownFact]) -> list[ShownFact]:
    """Put facts in the order in which they occurred, as far as their partitions' orders allow."""
    latest: dict[int, datetime] = {}
    keyed: list[tuple[datetime, ShownFact]] = []
    for one in facts:
        moment = max(latest.get(one.partition, _NEVER), one.fact.occurred_at)
        latest[one.partition] = moment
        keyed.append((moment, one))
    keyed.sort(key=lambda pair: (pair[0], pair[1].partition, pair[1].offset))
    return [one for _, one in keyed]


_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def _forget(memory: "OrderedDict[Key, Value]", most: int) -> None:
    while len(memory) > most:
        memory.popitem(last=False)
