"""Folds the log: what the resolver, the history and the projection have in common."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from llama.domain.board import Board
from llama.domain.errors import Misconfigured
from llama.domain.moves import Folded, LoggedFact, Move, moves
from llama.domain.outlooks import Outlooks
from llama.domain.states import EventState
from llama.domain.survey import Surveys
from llama.domain.work import Step
from llama.ports.ledger import Ledger, Transaction
from llama.ports.message_log import Haul, Record
from llama.runtime.reading import FactReader
from llama.runtime.recollection import Recollection
from schemas.facts import FACTS, Fact
from schemas.topics import FACTS_TOPIC

Result = TypeVar("Result", bound=Folded)
Fold = Callable[[Sequence[LoggedFact], dict[str, EventState]], list[Result]]
"""Folds facts into states, which is changed; gives what each of them did."""

CACHED_EVENTS = 2000
"""States kept in memory: the events of some hours, at about 10 kB each."""

_log = structlog.get_logger()


class BatchFolder(Generic[Result]):
    """Folds hauls of facts and reacts to them; remembers the states it has just folded.

    `begin` gives a fold that has seen nothing yet; `react` has the effects of what was folded,
    within the transaction that moves the offsets. Folders of one process may share a recollection.
    """

    def __init__(
        self,
        consumer: str,
        ledger: Ledger,
        react: Callable[[Transaction, Sequence[Result]], Awaitable[None]],
        begin: Callable[[], Fold[Result]],
        lately: Recollection | None = None,
    ) -> None:
        self._consumer = consumer
        self._ledger = ledger
        self._react = react
        self._begin = begin
        self._read = (lately.facts if lately else FactReader()).read
        self.forget()

    def forget(self) -> None:
        """Forget all states: somebody else may have folded further in the meantime."""
        self._cache = OrderedDict[str, EventState]()
        self._fold = self._begin()

    async def handle(self, haul: Haul) -> None:
        """Fold a haul, react to it, and move the offsets: all of it or nothing."""
        async with self._ledger.transaction(self._consumer) as transaction:
            await transaction.advance_over(haul)
            states = await self.take(transaction, haul)
        self.remember(states)

    async def take(self, transaction: Transaction, haul: Haul) -> dict[str, EventState]:
        """Fold a haul over which the offsets were moved, and react to it.

        Return the states, to be remembered once the transaction has ended well.
        """
        states: dict[str, EventState] = {}
        folded = await self.fold(transaction, haul, states)
        await self.have_effects(transaction, folded, states)
        return states

    async def fold(
        self, transaction: Transaction, haul: Haul, states: dict[str, EventState]
    ) -> list[Result]:
        """Fold a haul into states, which is changed; return what each of its facts did."""
        told = [one for batch in haul for one in told_in(batch.records, self._read)]
        events = {one.fact.event for one in told} - states.keys()
        states |= await self._states(transaction, events)
        return self._fold(told, states)

    async def have_effects(
        self, transaction: Transaction, folded: Sequence[Result], states: Mapping[str, EventState]
    ) -> None:
        """React to what was folded into states, and keep them."""
        if folded:
            await self._react(transaction, folded)
            await transaction.save(list(states.values()))

    async def _states(self, transaction: Transaction, events: set[str]) -> dict[str, EventState]:
        states = {event: self._cache[event] for event in events if event in self._cache}
        missing = events - states.keys()
        return states | (await transaction.load(missing) if missing else {})

    def remember(self, states: Mapping[str, EventState]) -> None:
        """Remember states that the ledger has."""
        for event, state in states.items():
            self._cache[event] = state
            self._cache.move_to_end(event)
        while len(self._cache) > CACHED_EVENTS:
            self._cache.popitem(last=False)


React = Callable[[Transaction, Sequence[Step]], Awaitable[None]]
"""Has the effects of some folded facts, within the transaction that moves the offset."""


class Folder(BatchFolder[Step]):
    """Folds with every handler assessed after every fact."""

    def __init__(
        self, consumer: str, ledger: Ledger, react: React, lately: Recollection | None = None
    ) -> None:
        super().__init__(consumer, ledger, react, lambda: _stepping(lately), lately)


class MoveFolder(BatchFolder[Move]):
    """Folds at a fraction of the cost, for those who ask only what became of an event.

    What other folders of the process assess anyway it takes as it is.
    """

    def __init__(
        self,
        consumer: str,
        ledger: Ledger,
        react: Callable[[Transaction, Sequence[Move]], Awaitable[None]],
        lately: Recollection | None = None,
    ) -> None:
        super().__init__(consumer, ledger, react, lambda: _moving(lately), lately)


def _stepping(lately: Recollection | None) -> Fold[Step]:
    outlooks = Outlooks(CACHED_EVENTS)

    def step(one: LoggedFact, before: EventState) -> Step:
        known = lately.step(one, before) if lately else None
        if known is not None:
            return known
        outlook = outlooks.after(before, one.fact)
        return Step(one.partition, one.offset, one.fact, before, outlook)

    def folded(told: Sequence[LoggedFact], states: dict[str, EventState]) -> list[Step]:
        steps: list[Step] = []
        for one in told:
            event = one.fact.event
            steps.append(step(one, states.get(event) or EventState(event)))
            states[event] = steps[-1].after
        return steps

    return folded


def _moving(lately: Recollection | None) -> Fold[Move]:
    surveys = Surveys(CACHED_EVENTS)

    def known(one: LoggedFact, before: EventState) -> Board | None:
        step = lately.step(one, before) if lately else None
        return step.outlook if step else None

    return lambda told, states: moves(told, states, surveys, known)


def decoded(records: Iterable[Record]) -> Iterable[tuple[int, int, Fact]]:
    """Decode facts; one that nobody can read is skipped by every service alike, and logged."""
    return ((one.partition, one.offset, one.fact) for one in told_in(records))


def told_in(
    records: Iterable[Record], read: Callable[[bytes], Fact] = FACTS.validate_json
) -> Iterable[LoggedFact]:
    """Decode facts, with what was written; see `decoded`."""
    for record in records:
        body = record.value or b""
        try:
            yield LoggedFact(record.partition, record.offset, read(body), body)
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
