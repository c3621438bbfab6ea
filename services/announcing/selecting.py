"""Standing selections: which events enter, change in and leave them, and who defines which."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

import structlog
from pydantic import ValidationError

from llama.domain.announcing import Addresses
from llama.domain.announcing_selections import told_of_definition, told_of_selections
from llama.domain.selection.event_profile import EventProfile
from llama.domain.selection.profile import about, profile_of
from llama.domain.selection.standing import StandingSelection, selection_of
from llama.domain.shown import shown_from
from llama.domain.states import EventState
from llama.domain.work import Step
from llama.ports.ledger import Transaction
from llama.ports.message_log import MessageLog, Record
from schemas.public import SelectionChanged
from schemas.selections import SELECTION_FACTS, SelectionDefined, SelectionFact
from schemas.topics import PUBLIC_SELECTIONS_TOPIC

AT_ONCE = 200
"""States that are judged together when a selection is defined: some megabytes."""
REMEMBERED = 500
"""Events whose profile is known from their last fact."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Selector:
    """Tells what becomes of standing selections."""

    log: MessageLog
    addresses: Addresses
    _profiles: OrderedDict[str, tuple[EventState, EventProfile]] = field(
        default_factory=OrderedDict[str, tuple[EventState, EventProfile]]
    )

    async def follow(self, transaction: Transaction, steps: Sequence[Step]) -> None:
        """Tell which events entered, changed in and left the selections that there are."""
        selections = await transaction.selections.hold()
        if selections:
            told = [one for step in steps for one in self._told(step, selections)]
            await self.log.append(PUBLIC_SELECTIONS_TOPIC, told)

    async def change(self, transaction: Transaction, records: Sequence[Record]) -> None:
        """Define and end selections; a new one begins with the events that are in it now."""
        known = dict(await transaction.selections.to_change())
        for fact in _facts(records):
            before, after = known.get(fact.name), _defined(fact)
            if before is not None and before.definition == fact.id:
                continue  # it was told before
            await self._change(transaction, fact, before, after)
            known.pop(fact.name, None)
            known |= {fact.name: after} if after else {}

    async def _change(
        self,
        transaction: Transaction,
        fact: SelectionFact,
        before: StandingSelection | None,
        after: StandingSelection | None,
    ) -> None:
        if after is None:
            await transaction.selections.remove(fact.name)
        else:
            await transaction.selections.define(after)
        async for states in _pages(transaction):
            moved = (
                told_of_definition(
                    *(state, before, after),
                    at=(fact.id, fact.occurred_at),
                    addresses=self.addresses,
                )
                for state in states
            )
            await self.log.append(PUBLIC_SELECTIONS_TOPIC, [one for one in moved if one])

    def _told(
        self, step: Step, selections: Sequence[StandingSelection]
    ) -> Iterator[SelectionChanged]:
        was, now = self._before(step), profile_of(step.after, shown_from(step.outlook)[1])
        self._profiles[step.after.event] = step.after, now
        self._profiles.move_to_end(step.after.event)
        while len(self._profiles) > REMEMBERED:
            self._profiles.popitem(last=False)
        yield from told_of_selections(step, selections, (was, now), self.addresses)

    def _before(self, step: Step) -> EventProfile:
        """Return the event as it was; what is remembered serves only the very same state."""
        state, profile = self._profiles.get(step.before.event, (None, None))
        return profile if profile and state is step.before else about(step.before)


async def _pages(transaction: Transaction) -> AsyncIterator[Sequence[EventState]]:
    last = ""
    while states := await transaction.states_after(last, limit=AT_ONCE):
        last = states[-1].event
        yield states


def _facts(records: Sequence[Record]) -> Iterator[SelectionFact]:
    for record in records:
        try:
            yield SELECTION_FACTS.validate_json(record.value or b"")
        except ValidationError as error:
            place = {"topic": record.topic, "offset": record.offset}
            _log.error("selection_unreadable", errors=error.error_count(), **place)


def _defined(fact: SelectionFact) -> StandingSelection | None:
    """Return the selection that a fact defines; None if it ends one, or defines what cannot be."""
    if not isinstance(fact, SelectionDefined):
        return None
    try:
        return selection_of(fact)
    except ValueError as error:
        _log.error("selection_refused", selection=fact.name, because=str(error))
        return None
