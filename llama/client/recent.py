"""What happened last, kept once for everybody who follows: one read of the tables serves all."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from llama.domain.position import Position
from llama.domain.selection.profile import EventProfile
from llama.ports.following import Following, ShownFact
from schemas.changes import EventChange

AT_ONCE = 25
"""Facts of a partition that are read together: all that is kept for somebody who reads slowly."""
KEPT = 1000
"""Whoever is further behind reads from the tables, at a pace of its own."""

Consequence: TypeAlias = tuple[EventChange, EventProfile] | None
"""What a fact changed, and the event after it; None if it changed nothing."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One fact that was shown, and what came of it."""

    partition: int
    offset: int
    before: Position
    """Where those stand who have followed everything up to it in our order."""
    after: Position
    consequence: Consequence

    def was_seen_at(self, at: Position) -> bool:
        """Tell whether whoever stands there has passed it."""
        return self.offset < at.offsets.get(self.partition, 0)

    def passed_from(self, at: Position) -> Position:
        """Return where whoever stands there is when this is passed."""
        return self.after if at == self.before else at.behind(self.partition, self.offset)


@dataclass(slots=True)
class Recent:
    """The last things that happened, numbered; nobody who takes them slowly holds up the others.

    There is no task that reads: whoever finds nothing left reads for all who wait with it.
    """

    following: Following
    find: Callable[[ShownFact], Awaitable[Consequence]]
    kept: int = KEPT
    first: int = 0
    """The number of the oldest that is kept."""
    _base: Position | None = None
    """Before the oldest; None before anybody has followed."""
    _head: Position = field(default_factory=Position)
    _happened: deque[Happened] = field(default_factory=deque[Happened])
    _followers: int = 0
    _heard: int = -1
    """What had been heard when all was read for the last time."""
    _read_at: float = 0.0
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def reaches(self, at: Position) -> bool:
        """Tell whether everything is kept, or will be, that whoever stands there has not passed.

        If nobody follows, it may have ended so long ago that the tables are nearer.
        """
        if self._base is None or self._base.is_ahead_of(at):
            return False
        ahead = sum(at.offsets.values()) - sum(self._head.offsets.values())
        return self._followers > 0 or ahead <= AT_ONCE

    @contextmanager
    def followed(self) -> Generator[None]:
        """Count somebody who follows what happens here."""
        self._followers += 1
        try:
            yield
        finally:
            self._followers -= 1

    def keeps(self, number: int) -> bool:
        """Tell whether what has a number is not forgotten: it is kept, or has not happened yet."""
        return number >= self.first

    def get(self, number: int) -> Happened | None:
        """Return one that is not forgotten; None if it has not happened yet."""
        place = number - self.first
        return self._happened[place] if place < len(self._happened) else None

    async def begin(self, at: Position) -> None:
        """Begin anew where somebody stands who has seen everything, unless others follow here."""
        async with self._reading:
            if self._followers == 0 and not self.reaches(at):
                # Numbers are never used again: whoever holds an old one sees that it is gone.
                self.first += len(self._happened) + 1
                self._happened.clear()
                self._base = self._head = at
                self._heard = -1

    async def grow(self, *, heard: int, idle_s: float) -> None:
        """Read what is new, unless somebody has done so since so much was heard.

        After so many seconds even if nothing was heard: word of it may have been lost.
        Unavailable if the tables cannot be read.
        """
        now = asyncio.get_running_loop().time
        async with self._reading:
            if self._heard >= heard and now() - self._read_at < idle_s:
                return
            hears, reads_at = self.following.heard, now()
            facts = in_time(await self.following.after(self._head, limit=AT_ONCE))
            for fact in facts:
                self._add(fact, await self.find(fact))
            if len(facts) < AT_ONCE:
                self._heard, self._read_at = hears, reads_at

    def _add(self, fact: ShownFact, consequence: Consequence) -> None:
        place, before = (fact.partition, fact.offset), self._head
        self._head = before.behind(*place)
        self._happened.append(Happened(*place, before, self._head, consequence))
        if len(self._happened) > self.kept:
            self._base = self._happened.popleft().after
            self.first += 1


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
