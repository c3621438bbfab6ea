"""Folds the log: what the resolver, the history and the projection have in common."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Generic, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from llama.domain.errors import Misconfigured
from llama.domain.moves import Folded, LoggedFact, Move, moves
from llama.domain.outlooks import Outlooks
from llama.domain.states import EventState
from llama.domain.survey import Surveys
from llama.domain.work import Step, fold
from llama.ports.ledger import Ledger, Transaction
from llama.ports.message_log import Batch, Record
from schemas.facts import FACTS, Fact
from schemas.topics import FACTS_TOPIC

Result = TypeVar("Result", bound=Folded)
Fold = Callable[[Sequence[LoggedFact], dict[str, EventState]], list[Result]]
"""Folds facts into states, which is changed; gives what each of them did."""

CACHED_EVENTS = 500
"""States kept in memory: the events of some hours, at about 10 kB each."""

_log = structlog.get_logger()


class BatchFolder(Generic[Result]):
    """Folds batches of facts and reacts to them; remembers the states it has just folded.

    `begin` gives a fold that has seen nothing yet; `react` has the effects of what was folded,
    within the transaction that moves the offset.
    """

    def __init__(
        self,
        consumer: str,
        ledger: Ledger,
        react: Callable[[Transaction, Sequence[Result]], Awaitable[None]],
        begin: Callable[[], Fold[Result]],
    ) -> None:
        self._consumer = consumer
        self._ledger = ledger
        self._react = react
        self._begin = begin
        self.forget()

    def forget(self) -> None:
        """Forget all states: somebody else may have folded further in the meantime."""
        self._cache = OrderedDict[str, EventState]()
        self._fold = self._begin()

    async def handle(self, batch: Batch) -> None:
        """Fold a batch, react to it, and move the offset: all of it or nothing."""
        told = list(told_in(batch.records))
        async with self._ledger.transaction(self._consumer) as transaction:
            await transaction.advance(
                batch.topic, batch.partition, expected=batch.start, to=batch.end
            )
            states = await self._states(transaction, {one.fact.event for one in told})
            folded = self._fold(told, states)
            await self._react(transaction, folded)
            await transaction.save(list(states.values()))
        self._remember(states)

    async def _states(self, transaction: Transaction, events: set[str]) -> dict[str, EventState]:
        states = {event: self._cache[event] for event in events if event in self._cache}
        states |= await transaction.load(events - states.keys())
        return states

    def _remember(self, states: dict[str, EventState]) -> None:
        for event, state in states.items():
            self._cache[event] = state
            self._cache.move_to_end(event)
        while len(self._cache) > CACHED_EVENTS:
            self._cache.popitem(last=False)


React = Callable[[Transaction, Sequence[Step]], Awaitable[None]]
"""Has the effects of some folded facts, within the transaction that moves the offset."""


class Folder(BatchFolder[Step]):
    """Folds with every handler assessed after every fact."""

    def __init__(self, consumer: str, ledger: Ledger, react: React) -> None:
        super().__init__(consumer, ledger, react, _stepping)


class MoveFolder(BatchFolder[Move]):
    """Folds at a fraction of the cost, for those who ask only what became of an event."""

    def __init__(
        self,
        consumer: str,
        ledger: Ledger,
        react: Callable[[Transaction, Sequence[Move]], Awaitable[None]],
    ) -> None:
        super().__init__(consumer, ledger, react, _moving)


def _stepping() -> Fold[Step]:
    outlooks = Outlooks(CACHED_EVENTS)
    return lambda told, states: fold(
        ((one.partition, one.offset, one.fact) for one in told), states, outlooks
    )


def _moving() -> Fold[Move]:
    surveys = Surveys(CACHED_EVENTS)
    return lambda told, states: moves(told, states, surveys)


def decoded(records: Iterable[Record]) -> Iterable[tuple[int, int, Fact]]:
    """Decode facts; one that nobody can read is skipped by every service alike, and logged."""
    return ((one.partition, one.offset, one.fact) for one in told_in(records))


def told_in(records: Iterable[Record]) -> Iterable[LoggedFact]:
    """Decode facts, with what was written; see `decoded`."""
    for record in records:
        body = record.value or b""
        try:
            yield LoggedFact(record.partition, record.offset, FACTS.validate_json(body), body)
        except ValidationError as error:
            _refuse_newer(record)
            _log.error(
                "fact_unreadable",
                event_id=(record.key or b"").decode("utf-8", "replace")[:64],
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                errors=error.error_count(),
            )


def _refuse_newer(record: Record) -> None:
    """Stop at a fact of a kind that only a newer release knows: skipping it would lose it."""
    try:
        kind = _Kind.model_validate_json(record.value or b"").kind
    except ValidationError:
        return
    if kind not in {one.__name__ for one in FACTS_TOPIC.messages}:
        place = f"{record.topic}[{record.partition}]@{record.offset}"
        raise Misconfigured(f"{place} is a {kind}, which a newer release wrote: upgrade this one")


class _Kind(BaseModel):
    kind: str
