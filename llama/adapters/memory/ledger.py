"""The ledger in memory: what a transaction does is kept back until it ends well."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from llama.adapters.memory.selections import MemorySelectionBoard
from llama.adapters.memory.store import MemoryStore
from llama.adapters.memory.tasks import MemoryTaskBoard
from llama.adapters.memory.timers import MemoryTimerBoard
from llama.adapters.memory.views import MemoryViews
from llama.domain.errors import Fenced
from llama.domain.revisions import Head
from llama.domain.states import EventState
from llama.ports.ledger import Transaction
from llama.ports.message_log import Haul
from llama.ports.projections import Receipt


@dataclass(slots=True)
class MemoryTransaction:
    """What a consumer changes together: a list of changes, made all at once at the end."""

    store: MemoryStore
    consumer: str
    _later: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    _expected: dict[tuple[str, str, int], int] = field(
        default_factory=dict[tuple[str, str, int], int]
    )
    """Where each offset was when the transaction first moved it."""
    _offsets: dict[tuple[str, str, int], int] = field(
        default_factory=dict[tuple[str, str, int], int]
    )
    _states: dict[tuple[str, str], EventState] = field(
        default_factory=dict[tuple[str, str], EventState]
    )
    _heads: dict[tuple[str, str], Head] = field(default_factory=dict[tuple[str, str], Head])

    @property
    def tasks(self) -> MemoryTaskBoard:
        """The open tasks."""
        return MemoryTaskBoard(self.store, self._later.append)

    @property
    def timers(self) -> MemoryTimerBoard:
        """The contents that will expire."""
        return MemoryTimerBoard(self.store, self._later.append)

    @property
    def views(self) -> MemoryViews:
        """The read models."""
        return MemoryViews(self.store, self._later.append)

    @property
    def selections(self) -> MemorySelectionBoard:
        """The standing selections."""
        return MemorySelectionBoard(self.store, self._later.append)

    async def advance(self, topic: str, partition: int, *, expected: int, to: int) -> None:
        """Move this consumer's offset; Fenced if it is not where it was expected to be."""
        place = (self.consumer, topic, partition)
        stands = self._offsets.get(place, self.store.offsets.get(place, 0))
        if stands != expected:
            raise _fenced(place, expected)
        self._expected.setdefault(place, expected)
        self._offsets[place] = to

    async def advance_over(self, haul: Haul) -> None:
        """Move this consumer's offsets over some batches; Fenced, as `advance`, if one is not."""
        for batch in haul:
            await self.advance(batch.topic, batch.partition, expected=batch.start, to=batch.end)

    async def load(self, events: Collection[str]) -> dict[str, EventState]:
        """Return this consumer's states of some events (empty ones for events unheard of)."""
        known = {**self.store.states, **self._states}
        return {event: known.get((self.consumer, event), EventState(event)) for event in events}

    async def states_after(self, event: str, *, limit: int) -> Sequence[EventState]:
        """Return this consumer's states of the events behind one, by name; '' is before all."""
        known = {**self.store.states, **self._states}
        names = sorted(name for owner, name in known if owner == self.consumer and name > event)
        return [known[self.consumer, name] for name in names[:limit]]

    async def save(self, states: Sequence[EventState]) -> None:
        """Keep this consumer's states of some events; of several of one event, the last."""
        self._states.update({(self.consumer, state.event): state for state in states})

    async def heads(self, events: Collection[str]) -> dict[str, Head]:
        """Return the heads of those histories that have one."""
        known = {**self.store.heads, **self._heads}
        keys = ((self.consumer, event) for event in events)
        return {key[1]: known[key] for key in keys if key in known}

    async def move_heads(self, heads: Mapping[str, Head]) -> None:
        """Keep the heads of some histories."""
        self._heads.update({(self.consumer, event): head for event, head in heads.items()})

    async def give_receipts(self, receipts: Sequence[Receipt]) -> None:
        """Say what became of some records of an alert topic."""
        given = {receipt.source.place: receipt for receipt in receipts}
        self._later.append(lambda: self.store.receipts.update(given))

    def commit(self) -> None:
        """Make all changes, or none and raise Fenced if somebody else has moved an offset."""
        for place, expected in self._expected.items():
            if self.store.offsets.get(place, 0) != expected:
                raise _fenced(place, expected)
        self.store.offsets.update(self._offsets)
        self.store.states.update(self._states)
        self.store.heads.update(self._heads)
        for change in self._later:
            change()


@dataclass(frozen=True, slots=True)
class MemoryLedger:
    """Keeps the places of all consumers in a store."""

    store: MemoryStore

    @asynccontextmanager
    async def transaction(self, consumer: str) -> AsyncGenerator[Transaction]:
        """Begin a transaction of one consumer; nothing is left of it if the block fails."""
        transaction = MemoryTransaction(self.store, consumer)
        yield transaction
        transaction.commit()

    async def positions(self, consumer: str, topic: str) -> Mapping[int, int]:
        """Return the next offset of every partition that the consumer has read from."""
        return {
            partition: offset
            for (reader, name, partition), offset in self.store.offsets.items()
            if (reader, name) == (consumer, topic)
        }

    async def states(self, consumer: str, events: Collection[str]) -> Mapping[str, EventState]:
        """Return a consumer's states of some events (empty ones for events unheard of)."""
        known = self.store.states
        return {event: known.get((consumer, event)) or EventState(event) for event in events}

    async def states_behind(self, consumer: str, epoch: int) -> Sequence[EventState]:
        """Return a consumer's states whose pipeline was adopted in an earlier epoch, or none."""
        return [
            state
            for (owner, _), state in sorted(self.store.states.items())
            if owner == consumer and state.epoch < epoch
        ]

    async def deployment_epoch(self, manifest_digest: str) -> int:
        """Return the deployment counter of a pipeline: one more when it is not the latest."""
        deployments = self.store.deployments
        if not deployments or deployments[-1] != manifest_digest:
            deployments.append(manifest_digest)
            self.store.deployed_at.append(self.store.clock.now())
        return len(deployments)


def _fenced(place: tuple[str, str, int], expected: int) -> Fenced:
    consumer, topic, partition = place
    return Fenced(
        f"{consumer} is not at offset {expected} of {topic} partition {partition}: "
        "another instance has read on; drop this batch and ask where it is"
    )
