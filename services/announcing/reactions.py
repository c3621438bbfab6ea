"""A folded fact becomes what subscribers are told of it; first they have it, then the offset."""

from collections.abc import Sequence
from dataclasses import dataclass

from llama.domain.announcing import Addresses, told_of_event, told_of_files, told_of_revision
from llama.domain.work import Step
from llama.ports.ledger import Ledger, Transaction
from llama.ports.message_log import Batch, Haul, MessageLog
from llama.runtime.projecting import Folding, parted, readable
from schemas.reports import RevisionCommitted
from schemas.topics import (
    PUBLIC_EVENTS_TOPIC,
    PUBLIC_FILES_TOPIC,
    PUBLIC_REVISIONS_TOPIC,
    SELECTIONS_TOPIC,
)
from services.announcing.selecting import Selector

CONSUMER = "announcing"


@dataclass(frozen=True, slots=True)
class Announcer:
    """Writes what subscribers are told.

    A crash before the offset has moved has it written again, in the same order, under the same ids.
    """

    log: MessageLog
    addresses: Addresses
    selector: Selector

    async def react(self, transaction: Transaction, steps: Sequence[Step]) -> None:
        """Announce what some folded facts amount to."""
        events = [one for step in steps for one in told_of_event(step, self.addresses)]
        files = [one for step in steps for one in told_of_files(step, self.addresses)]
        await self.log.append(PUBLIC_EVENTS_TOPIC, events)
        await self.log.append(PUBLIC_FILES_TOPIC, files)
        await self.selector.follow(transaction, steps)

    async def announce_revisions(self, revisions: Sequence[RevisionCommitted]) -> None:
        """Announce revisions of histories."""
        told = [told_of_revision(one, self.addresses) for one in revisions]
        await self.log.append(PUBLIC_REVISIONS_TOPIC, told)


@dataclass(frozen=True, slots=True)
class Announcing:
    """Announces the records of each topic in its own way."""

    ledger: Ledger
    folder: Folding
    announcer: Announcer

    async def handle(self, haul: Haul) -> None:
        """Announce a haul from any of the topics, then move the offsets."""
        facts, others = parted(haul)
        async with self.ledger.transaction(CONSUMER) as transaction:
            await transaction.advance_over(haul)
            # A selection begins with what is kept of events; the facts of the haul come after that.
            for batch in others:
                await self._announce(transaction, batch)
            states = await self.folder.take(transaction, facts)
        self.folder.remember(states)

    async def _announce(self, transaction: Transaction, batch: Batch) -> None:
        if batch.topic == SELECTIONS_TOPIC.name:
            await self.announcer.selector.change(transaction, batch.records)
        else:
            read = readable(batch, RevisionCommitted.model_validate_json)
            await self.announcer.announce_revisions([told for _, told in read])
