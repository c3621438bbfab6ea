"""Facts, reports, neutrinos and triggers become rows, together with the offset they came from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog
from pydantic import ValidationError

from llama.domain.copies import Received, copies_in, copy_of
from llama.domain.moves import Folded
from llama.domain.states import EventState
from llama.ports.ledger import Ledger, Transaction
from llama.ports.message_log import Batch, Haul, Record
from llama.ports.projections import Views
from schemas.external_triggers import ExternalTriggerReceived
from schemas.neutrinos import NeutrinoReceived
from schemas.reports import REPORTS, DeadLetter, DeadLetterClosed, Report, RevisionCommitted
from schemas.sources import SourceReport
from schemas.topics import (
    DEAD_LETTERS_TOPIC,
    EXTERNAL_TRIGGERS_TOPIC,
    FACTS_TOPIC,
    NEUTRINOS_TOPIC,
    REVISIONS_TOPIC,
    SOURCES_TOPIC,
)

CONSUMER = "projection"
"""Whose states and offsets the read models go with."""
PROJECTED = (
    *(FACTS_TOPIC, REVISIONS_TOPIC, DEAD_LETTERS_TOPIC, NEUTRINOS_TOPIC),
    *(EXTERNAL_TRIGGERS_TOPIC, SOURCES_TOPIC),
)
"""What the read models are made from."""

Told = TypeVar("Told")
_log = structlog.get_logger()


async def show(transaction: Transaction, folded: Sequence[Folded]) -> None:
    """Show what some folded facts changed, and the copies of notices that they tell of."""
    await transaction.views.record(folded)
    await transaction.views.record_copies(copies_in(folded))


class Folding(Protocol):
    """Folds the facts of a haul and has their effects."""

    async def take(self, transaction: Transaction, haul: Haul) -> Mapping[str, EventState]:
        """Fold a haul over which the offsets were moved; return the states, to be remembered."""
        ...

    def remember(self, states: Mapping[str, EventState]) -> None:
        """Remember states that the ledger has."""
        ...


@dataclass(frozen=True, slots=True)
class Projector:
    """Shows the records of each topic in its own way."""

    ledger: Ledger
    folder: Folding
    consumer: str = CONSUMER

    async def handle(self, haul: Haul) -> None:
        """Show a haul from any of the topics, and move the offsets: all of it or nothing."""
        facts, reports = parted(haul)
        async with self.ledger.transaction(self.consumer) as transaction:
            await transaction.advance_over(haul)
            states = await self.folder.take(transaction, facts)
            for batch in reports:
                await _show_reports(transaction, batch)
        self.folder.remember(states)


def parted(haul: Haul) -> tuple[Haul, Haul]:
    """Return the batches of facts, and all others."""
    facts = [batch for batch in haul if batch.topic == FACTS_TOPIC.name]
    return facts, [batch for batch in haul if batch.topic != FACTS_TOPIC.name]


async def _show_reports(transaction: Transaction, batch: Batch) -> None:
    if batch.topic == REVISIONS_TOPIC.name:
        revisions = readable(batch, RevisionCommitted.model_validate_json)
        await transaction.views.record_revisions([told for _, told in revisions])
    elif batch.topic == DEAD_LETTERS_TOPIC.name:
        await _show_letters(transaction.views, readable(batch, REPORTS.validate_json))
    elif batch.topic == NEUTRINOS_TOPIC.name:
        received = readable(batch, NeutrinoReceived.model_validate_json)
        await transaction.views.record_neutrinos([told for _, told in received])
        await _show_copies(transaction.views, received)
    elif batch.topic == EXTERNAL_TRIGGERS_TOPIC.name:
        noted = readable(batch, ExternalTriggerReceived.model_validate_json)
        await transaction.views.record_external_triggers([told for _, told in noted])
        await _show_copies(transaction.views, noted)
    elif batch.topic == SOURCES_TOPIC.name:
        gaps = readable(batch, SourceReport.model_validate_json)
        await transaction.views.record_gaps([told.root for _, told in gaps])


async def _show_letters(views: Views, told: Sequence[tuple[Record, Report]]) -> None:
    letters = [(record, one) for record, one in told if isinstance(one, DeadLetter)]
    await views.record_dead_letters([letter for _, letter in letters])
    await _show_copies(views, letters)
    # A letter stands on the topic before what is done about it.
    await views.record_closings([one for _, one in told if isinstance(one, DeadLetterClosed)])


async def _show_copies(views: Views, told: Sequence[tuple[Record, Received]]) -> None:
    copies = [copy_of(one, record.partition, record.offset) for record, one in told]
    await views.record_copies([copy for copy in copies if copy is not None])


def readable(batch: Batch, read: Callable[[bytes], Told]) -> list[tuple[Record, Told]]:
    """Decode reports; one that cannot be read is skipped, and logged."""
    reports: list[tuple[Record, Told]] = []
    for record in batch.records:
        try:
            reports.append((record, read(record.value or b"")))
        except ValidationError as error:
            _log.error(
                "report_unreadable",
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                errors=error.error_count(),
            )
    return reports
