"""A fact that changes files becomes a commit, and the commit is announced."""

from collections.abc import Sequence
from dataclasses import dataclass

from llama.domain.moves import Folded
from llama.domain.revisions import changed_files
from llama.ports.artifacts import Artifacts
from llama.ports.history import History
from llama.ports.ledger import Transaction
from llama.ports.message_log import MessageLog
from llama.runtime.revising import Revised, revised
from schemas.reports import RevisionCommitted
from schemas.topics import REVISIONS_TOPIC

CONSUMER = "versioning"


@dataclass(frozen=True, slots=True)
class Historian:
    """Writes revisions: first git has them, then they are announced, then the offset."""

    log: MessageLog
    history: History
    artifacts: Artifacts

    async def react(self, transaction: Transaction, steps: Sequence[Folded]) -> None:
        """Write the revisions that some folded facts amount to."""
        changing = [step for step in steps if changed_files(step.before, step.after)]
        heads = await transaction.heads({step.fact.event for step in changing})
        found = await revised(changing, heads, self.artifacts)
        if found:
            await self.history.commit([one.revision for one in found])
            await self.log.append(REVISIONS_TOPIC, [_announcement(one) for one in found])
            await transaction.move_heads({one.revision.event: one.head for one in found})


def _announcement(one: Revised) -> RevisionCommitted:
    step, head = one.step, one.head
    return RevisionCommitted(
        id=head.commit,
        cause=step.fact.id,
        occurred_at=step.fact.occurred_at,
        event=step.fact.event,
        commit=head.commit,
        number=head.number,
    )
