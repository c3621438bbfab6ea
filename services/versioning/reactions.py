"""A fact that changes files becomes a commit, and the commit is announced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llama.domain.revisions import Head, NewRevision, changed_files, revise
from llama.domain.work import Step
from llama.ports.artifacts import Artifacts
from llama.ports.history import History
from llama.ports.ledger import Transaction
from llama.ports.message_log import MessageLog
from schemas.reports import RevisionCommitted
from schemas.topics import REVISIONS_TOPIC

CONSUMER = "versioning"


@dataclass(frozen=True, slots=True)
class Historian:
    """Writes revisions: first git has them, then they are announced, then the offset."""

    log: MessageLog
    history: History
    artifacts: Artifacts

    async def react(self, transaction: Transaction, steps: Sequence[Step]) -> None:
        """Write the revisions that some folded facts amount to."""
        changes = [(step, changed_files(step.before, step.after)) for step in steps]
        changing = [(step, changed) for step, changed in changes if changed]
        heads = await transaction.heads({step.fact.event for step, _ in changing})
        revisions: list[NewRevision] = []
        announced: list[RevisionCommitted] = []
        for step, changed in changing:
            event = step.fact.event
            content = await self._contents(changed)
            revision, head = revise(heads.get(event), event, content, fact=step.fact)
            heads[event] = head
            revisions.append(revision)
            announced.append(_announcement(step, head))
        if revisions:
            await self.history.commit(revisions)
            await self.log.append(REVISIONS_TOPIC, announced)
            await transaction.move_heads(heads)

    async def _contents(self, changed: Mapping[str, str | None]) -> dict[str, bytes | None]:
        return {
            file: await self.artifacts.get(digest) if digest else None
            for file, digest in changed.items()
        }


def _announcement(step: Step, head: Head) -> RevisionCommitted:
    return RevisionCommitted(
        id=head.commit,
        cause=step.fact.id,
        occurred_at=step.fact.occurred_at,
        event=step.fact.event,
        commit=head.commit,
        number=head.number,
    )
