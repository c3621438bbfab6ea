"""After every fact: adopt the pipeline, announce what is obsolete, want what can be made."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from llama.domain.digests import digest_json
from llama.domain.resolve import decide, obsoleted
from llama.domain.states import EventState
from llama.domain.work import Step, task_for
from llama.ports.clock import Clock
from llama.ports.ledger import Transaction
from llama.ports.message_log import MessageLog
from schemas.facts import FileObsoleted, PipelineAdopted
from schemas.files import Manifest
from schemas.topics import FACTS_TOPIC

CONSUMER = "dependency_resolver"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Resolver:
    """Turns states into tasks, for one deployed pipeline."""

    log: MessageLog
    clock: Clock
    manifest: Manifest
    epoch: int

    async def react(self, transaction: Transaction, steps: Sequence[Step]) -> None:
        """Have the effects of some folded facts."""
        latest = {step.after.event: step for step in steps}
        announced = [fact for step in steps for fact in _announcements(step)]
        adopted = [
            self._adoption(step.after, cause=step.fact.id)
            for step in latest.values()
            if self._is_due(step.after)
        ]
        await self.log.append(FACTS_TOPIC, [*adopted, *announced])
        for event, step in latest.items():
            decision = decide(step.after, self.clock.now())
            tasks = [task_for(run, step.after, cause=step.fact.id) for run in decision.runs]
            await transaction.tasks.want(event, tasks)

    async def adopt_unfinished(self, states: Sequence[EventState]) -> None:
        """Adopt the pipeline for events that were being worked on when it was deployed.

        No worker of the new release carries out what the old one wanted.
        """
        now = self.clock.now()
        due = [state for state in states if self._is_due(state)]
        unfinished = [state for state in due if not decide(state, now).is_settled]
        adopted = [self._adoption(state, cause="") for state in unfinished]
        await self.log.append(FACTS_TOPIC, adopted)

    def _is_due(self, state: EventState) -> bool:
        return state.epoch < self.epoch and state.notice is not None

    def _adoption(self, state: EventState, *, cause: str) -> PipelineAdopted:
        _log.info("pipeline_adopted", event_id=state.event, epoch=self.epoch)
        return PipelineAdopted(
            id=digest_json([state.event, self.manifest.digest, self.epoch])[:32],
            cause=cause,
            occurred_at=state.as_of,
            event=state.event,
            epoch=self.epoch,
            manifest=self.manifest,
        )


def _announcements(step: Step) -> Sequence[FileObsoleted]:
    announced = obsoleted(step.before, step.after, cause=step.fact.id)
    for fact in announced:
        _log.info(
            "file_obsoleted",
            event_id=fact.event,
            file=fact.file,
            because=[change.input for change in fact.because],
        )
    return announced
