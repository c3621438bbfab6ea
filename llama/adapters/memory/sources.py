"""A source in memory, and the book of sources: for tests and simulations."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from llama.adapters.memory.store import MemoryStore
from llama.domain.errors import Unavailable
from llama.domain.sources.copying import Arrival, reader_of
from llama.domain.sources.gaps import Gap
from llama.ports.sources import Haul, Places, Seen
from schemas.sources import SourceStanding


@dataclass(slots=True)
class MemorySource:
    """Records by topic; whoever has it open sees what is put, and that it goes away."""

    partitions: dict[str, list[Arrival]] = field(default_factory=dict[str, list[Arrival]])
    is_away: bool = False
    is_over: bool = False
    """It has an end: whoever has read all is told so."""
    opened: int = 0
    beat: datetime | None = None
    kept_from: int = 0
    """Records before it have expired, in every topic."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, topic: str, value: bytes, **headers: bytes) -> None:
        """Write a record."""
        records = self.partitions.setdefault(topic, [])
        told = tuple(headers.items())
        records.append(Arrival(topic, 0, len(records), value, len(value), None, told))
        self.tell()

    def tell(self) -> None:
        """Have whoever follows look again."""
        self._changed.set()

    @asynccontextmanager
    async def open(self, places: Places) -> "AsyncGenerator[MemoryFeed]":
        """Open it at some places."""
        self.opened += 1
        if self.is_away:
            raise Unavailable("the source is away")
        yield MemoryFeed(self, dict(places))

    async def changed(self) -> None:
        """Wait until something was put or told."""
        await self._changed.wait()
        self._changed.clear()


@dataclass(slots=True)
class MemoryFeed:
    """A source in memory that is open."""

    source: MemorySource
    stands: dict[tuple[str, int], int]

    async def hauls(self) -> AsyncIterator[Haul]:
        """Look whenever something has changed."""
        yield self._skip_expired()
        while True:
            if self.source.is_away:
                raise Unavailable("the source went away")
            arrivals = self._new()
            beat, self.source.beat = self.source.beat, None
            yield Haul(tuple(arrivals), beat)
            if self.source.is_over:
                return
            await self.source.changed()

    def _skip_expired(self) -> Haul:
        first = self.source.kept_from
        stands = {(topic, 0): self.stands.get((topic, 0), 0) for topic in self.source.partitions}
        moved = {place: first for place, stand in stands.items() if stand < first}
        lost = sum(first - stands[place] for place in moved)
        self.stands |= moved
        return Haul(lost=lost, moved=moved)

    def _new(self) -> list[Arrival]:
        new: list[Arrival] = []
        for topic, records in self.source.partitions.items():
            new += records[self.stands.get((topic, 0), 0) :]
            self.stands[topic, 0] = len(records)
        return new


@dataclass(frozen=True, slots=True)
class MemorySourceBook:
    """Keeps the book of sources in a store."""

    store: MemoryStore

    async def places(self, source: str) -> Places:
        """Return the places up to which the records of a source are on our own log."""
        return {
            (topic, partition): offset
            for (reader, topic, partition), offset in self.store.offsets.items()
            if reader == reader_of(source)
        }

    async def standing(self, source: str) -> SourceStanding | None:
        """Return how a source stands; None if it was never read."""
        seen = self.store.sources.get(source)
        return seen.standing if seen else None

    async def keep(self, standing: SourceStanding) -> None:
        """Keep how a source stands."""
        self.store.sources[standing.source] = Seen(standing, self.store.clock.now())

    async def seen(self) -> Sequence[Seen]:
        """Return how all sources stand, by name, and when each was last looked at."""
        return [seen for _, seen in sorted(self.store.sources.items())]

    async def gaps(self, *, limit: int) -> Sequence[Gap]:
        """Return the times in which sources were not heard, the latest first."""
        by_id = sorted(self.store.gaps.values(), key=lambda gap: gap.id)
        return sorted(by_id, key=lambda gap: gap.since, reverse=True)[:limit]
