"""Facts, revisions and dead letters become rows, together with the offset they came from."""

from collections.abc import Sequence
from dataclasses import dataclass

from llama.domain.work import Step
from llama.ports.ledger import Ledger, Transaction
from llama.ports.message_log import Batch
from llama.runtime.folding import Folder
from schemas.reports import DeadLetter, RevisionCommitted
from schemas.topics import DEAD_LETTERS_TOPIC, FACTS_TOPIC, REVISIONS_TOPIC

CONSUMER = "projection"


async def show(transaction: Transaction, steps: Sequence[Step]) -> None:
    """Show what some folded facts changed."""
    await transaction.views.record(steps)


@dataclass(frozen=True, slots=True)
class Projector:
    """Shows the records of each topic in its own way."""

    ledger: Ledger
    folder: Folder

    async def handle(self, batch: Batch) -> None:
        """Show a batch of any of the topics."""
        if batch.topic == FACTS_TOPIC.name:
            await self.folder.handle(batch)
            return
        async with self.ledger.transaction(CONSUMER) as transaction:
            await transaction.advance(
                batch.topic, batch.partition, expected=batch.start, to=batch.end
            )
            await _show_reports(transaction, batch)


async def _show_reports(transaction: Transaction, batch: Batch) -> None:
    bodies = [record.value or b"" for record in batch.records]
    if batch.topic == REVISIONS_TOPIC.name:
        revisions = [RevisionCommitted.model_validate_json(body) for body in bodies]
        await transaction.views.record_revisions(revisions)
    elif batch.topic == DEAD_LETTERS_TOPIC.name:
        letters = [DeadLetter.model_validate_json(body) for body in bodies]
        await transaction.views.record_dead_letters(letters)
