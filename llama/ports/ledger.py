"""A consumer's own place: how far it has read, and the state that this amounts to."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from llama.domain.revisions import Head
from llama.domain.states import EventState
from llama.ports.message_log import Haul
from llama.ports.projections import Receipt, Views
from llama.ports.selections import SelectionBoard
from llama.ports.tasks import TaskBoard
from llama.ports.timers import TimerBoard


class Transaction(Protocol):
    """What a consumer changes together, or not at all."""

    @property
    def tasks(self) -> TaskBoard:
        """The open tasks."""
        ...

    @property
    def timers(self) -> TimerBoard:
        """The contents that will expire."""
        ...

    @property
    def views(self) -> Views:
        """The read models."""
        ...

    @property
    def selections(self) -> SelectionBoard:
        """The standing selections."""
        ...

    async def advance(self, topic: str, partition: int, *, expected: int, to: int) -> None:
        """Move this consumer's offset; Fenced if it is not where it was expected to be.

        Called first: whoever loses the race for an offset changes nothing else.
        """
        ...

    async def advance_over(self, haul: Haul) -> None:
        """Move this consumer's offsets over some batches; Fenced, as `advance`, if one is not."""
        ...

    async def load(self, events: Collection[str]) -> dict[str, EventState]:
        """Return this consumer's states of some events (empty ones for events unheard of)."""
        ...

    async def states_after(self, event: str, *, limit: int) -> Sequence[EventState]:
        """Return this consumer's states of the events behind one, by name; '' is before all."""
        ...

    async def save(self, states: Sequence[EventState]) -> None:
        """Keep this consumer's states of some events."""
        ...

    async def heads(self, events: Collection[str]) -> dict[str, Head]:
        """Return the heads of those histories that have one."""
        ...

    async def move_heads(self, heads: Mapping[str, Head]) -> None:
        """Keep the heads of some histories."""
        ...

    async def give_receipts(self, receipts: Sequence[Receipt]) -> None:
        """Say what became of some records of an alert topic."""
        ...


class States(Protocol):
    """Shows what consumers have made of events so far."""

    async def states(self, consumer: str, events: Collection[str]) -> Mapping[str, EventState]:
        """Return a consumer's states of some events (empty ones for events unheard of)."""
        ...


class Ledger(Protocol):
    """Keeps the places of all consumers."""

    def transaction(self, consumer: str) -> AbstractAsyncContextManager[Transaction]:
        """Begin a transaction of one consumer; it is durable when the block ends."""
        ...

    async def positions(self, consumer: str, topic: str) -> Mapping[int, int]:
        """Return the next offset of every partition that the consumer has read from."""
        ...

    async def states_behind(self, consumer: str, epoch: int) -> Sequence[EventState]:
        """Return a consumer's states whose pipeline was adopted in an earlier epoch, or none."""
        ...

    async def deployment_epoch(self, manifest_digest: str) -> int:
        """Return the deployment counter of a pipeline: one more when it is not the latest."""
        ...
