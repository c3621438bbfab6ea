"""Follows the events of a running system: what each fact changed, from any position, in order."""

from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeGuard, TypeVar

from llama.client.recent import AT_ONCE, KEPT, Consequence, Recent, in_time
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

REMEMBERED_EVENTS = 500
REMEMBERED_CHANGES = 2000
"""Found for one who is behind, for the next one who is."""

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Followed:
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
    """Follows a system for any number of people, who share what was read and found."""

    following: Following
    kept: int = KEPT
    """Changes back to which one may be and yet need no reading of one's own."""
    _recent: Recent = field(init=False)
    _outlooks: "OrderedDict[str, Outlook]" = field(default_factory=OrderedDict[str, Outlook])
    _told: "OrderedDict[tuple[int, int], Consequence]" = field(
        default_factory=OrderedDict[tuple[int, int], Consequence]
    )
    _wirings: Wirings = field(default_factory=Wirings)

    def __post_init__(self) -> None:
        """Remember what happened last for everybody together."""
        self._recent = Recent(self.following, self._of, self.kept)

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
    ) -> AsyncGenerator[Followed]:
        """Go through the changes behind a position for ever, of events that meet the criteria.

        Whoever is told a change's position and begins there again misses nothing and sees nothing
        twice. How far it has come is told as well when there was nothing to tell, at the latest
        after `idle_s` seconds. Unavailable while the tables cannot be read.
        """
        while True:
            behind = not self._recent.reaches(at)
            ways = self._catching_up(at, wanted) if behind else self._along(at, wanted, idle_s)
            async with aclosing(ways):
                async for one in ways:
                    at = one.position
                    yield one
            if behind:
                await self._recent.begin(at)

    async def _along(
        self, at: Position, wanted: Downselection, idle_s: float
    ) -> AsyncGenerator[Followed]:
        """Go through what happened last and what happens, with all others who are as far.

        It ends for those who take it too slowly: they are behind.
        """
        recent, number = self._recent, self._recent.first
        with recent.followed():
            while recent.keeps(number):
                heard, was = self.following.heard, number
                await recent.grow(heard=heard, idle_s=idle_s)
                while recent.keeps(number) and (one := recent.get(number)):
                    number += 1
                    if not one.was_seen_at(at):
                        at = one.passed_from(at)
                        if _is_met(one.consequence, wanted):
                            yield Followed(at, one.consequence[0])
                if number == was and recent.keeps(number):
                    await self.following.wait(seen=heard, timeout_s=idle_s)
                yield Followed(at, None)

    async def _catching_up(self, at: Position, wanted: Downselection) -> AsyncGenerator[Followed]:
        """Go through what the tables have, in steps, to its end or to what others follow."""
        while facts := in_time(await self.following.after(at, limit=AT_ONCE)):
            for fact in facts:
                at = at.behind(fact.partition, fact.offset)
                told = await self._of(fact)
                if _is_met(told, wanted):
                    yield Followed(at, told[0])
            yield Followed(at, None)
            if len(facts) < AT_ONCE or self._recent.reaches(at):
                return

    async def _of(self, fact: ShownFact) -> Consequence:
        """Return what a fact changed, from memory if somebody has asked before."""
        place = fact.partition, fact.offset
        if fact.outcome != Outcome.APPLIED:
            return None
        if place not in self._told:
            self._told[place] = await self._find(fact)
            _forget(self._told, REMEMBERED_CHANGES)
        return self._told[place]

    async def _find(self, shown: ShownFact) -> Consequence:
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


def _is_met(
    told: Consequence, wanted: Downselection
) -> TypeGuard[tuple[EventChange, EventProfile]]:
    return told is not None and wanted.matches(told[1], BEGINNING)


def _forget(memory: "OrderedDict[Key, Value]", most: int) -> None:
    while len(memory) > most:
        memory.popitem(last=False)
