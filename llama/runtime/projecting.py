"""Facts, reports and neutrinos become rows, together with the offset they came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog
from pydantic import ValidationError

from llama.domain.moves import Folded
from llama.ports.ledger import Ledger, Transaction
from llama.ports.message_log import Batch
from schemas.neutrinos import NeutrinoReceived
from schemas.reports import DeadLetter, RevisionCommitted
from schemas.topics import DEAD_LETTERS_TOPIC, FACTS_TOPIC, NEUTRINOS_TOPIC, REVISIONS_TOPIC

CONSUMER = "projection"
"""Whose states and offsets the read models go with."""
PROJECTED = (FACTS_TOPIC, REVISIONS_TOPIC, DEAD_LETTERS_TOPIC, NEUTRINOS_TOPIC)
"""What the read models are made from."""

Report = TypeVar("Report", RevisionCommitted, DeadLetter, NeutrinoReceived)
_log = structlog.get_logger()


async def show(transaction: Transaction, folded: Sequence[Folded]) -> None:
    """Show what some folded facts changed."""
    await transaction.views.record(folded)


class Folding(Protocol):
    """Folds the facts of a batch and shows them."""

    async def handle(self, batch: Batch) -> None:
        """Fold a batch, show it, and move the offset: all of it or nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Projector:
    """Shows the records of each topic in its own way."""

    ledger: Ledger
    folder: Folding
    consumer: str = CONSUMER

    async def handle(self, batch: Batch) -> None:
        """Show a batch of any of the topics."""
        if batch.topic == FACTS_TOPIC.name:
            await self.folder.handle(batch)
            return
        async with self.ledger.transaction(self.consumer) as transaction:
            await transaction.advance(
                batch.topic, batch.partition, expected=batch.start, to=batch.end
            )
            await _show_reports(transaction, batch)


async def _show_reports(transaction: Transaction, batch: Batch) -> None:
    if batch.topic == REVISIONS_TOPIC.name:
        await transaction.views.record_revisions(_readable(batch, RevisionCommitted))
    elif batch.topic == DEAD_LETTERS_TOPIC.name:
        await transaction.views.record_dead_letters(_readable(batch, DeadLetter))
    elif batch.topic == NEUTRINOS_TOPIC.name:
        await transaction.views.record_neutrinos(_readable(batch, NeutrinoReceived))


def _readable(batch: Batch, kind: type[Report]) -> list[Report]:
    """Decode reports; one that cannot be read is skipped, and logged."""
    reports: list[Report] = []
    for record in batch.records:
        try:
            reports.append(kind.model_validate_json(record.value or b""))
        except ValidationError as error:
            _log.error(
                "report_unreadable",
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                errors=error.error_count(),
            )
    return reports
