"""After every fact: adopt the pipeline, announce what is obsolete, want what can be made."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from llama.domain.board import Board
from llama.domain.manifests import adoption_of
from llama.domain.needs import Assessor
from llama.domain.resolve import decide_from, obsoleted_in
from llama.domain.states import EventState
from llama.domain.timers import timers_of
from llama.domain.work import Step, Task, task_for
from llama.ports.clock import Clock
from llama.ports.ledger import Transaction
from llama.ports.message_log import MessageLog, Record
from schemas.facts import FileObsoleted, PipelineAdopted
from schemas.files import Manifest
from schemas.topics import FACTS_TOPIC
from services.dependency_resolver.adopting import (
    STALE_AFTER,
    is_asked_for,
    is_unfinished,
    is_young,
)
from services.dependency_resolver.resting import Rest

CONSUMER = "dependency_resolver"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Resolver:
    """Turns states into tasks and timers, for one deployed pipeline."""

    log: MessageLog
    clock: Clock
    manifest: Manifest
    epoch: int
    stale_after: timedelta = STALE_AFTER
    """How long after it was last worked on a settled event still takes on new code by itself."""
    rest: Rest = field(default_factory=Rest)
    """What it has been of use for decides whether it pauses."""

    async def tell(self, steps: Sequence[Step]) -> Sequence[Record]:
        """Tell the log of what has become obsolete, and which events adopt the pipeline."""
        announced = [fact for step in steps for fact in _announcements(step)]
        adopted = [
            self._adoption(own[-1].after, cause=own[-1].fact.id)
            for own in _by_event(steps).values()
            if self._is_due(own[0].before, own[-1].outlook, own)
        ]
        if not (adopted or announced):
            return ()
        self.rest.was_of_use = True
        return await self.log.append(FACTS_TOPIC, [*adopted, *announced])

    async def react(self, transaction: Transaction, steps: Sequence[Step]) -> None:
        """Have tasks and timers as some folded facts want them."""
        by_event = _by_event(steps)
        wanted = {event: self._wanted(own[-1]) for event, own in by_event.items()}
        new = [event for event, own in by_event.items() if own[0].before.manifest is None]
        folded = [step.fact.id for step in steps]
        is_news = await transaction.tasks.want(wanted, folded=folded, new=new)
        self.rest.was_of_use = is_news or bool(self.rest.was_of_use)
        for own in by_event.values():
            await self._expect(transaction, own)

    async def adopt_unfinished(self, states: Sequence[EventState]) -> None:
        """Adopt the pipeline for events that were unfinished or young when it was deployed."""
        due = [state for state in states if self._is_due(state, Assessor(state))]
        adopted = [self._adoption(state, cause="") for state in due]
        await self.log.append(FACTS_TOPIC, adopted)

    def _wanted(self, last: Step) -> Sequence[Task]:
        """Return the tasks of an event after the last of some steps."""
        state, cause = last.after, last.fact.id
        runs = decide_from(last.outlook, self.clock.now()).runs
        return [task_for(run, state, cause=cause) for run in runs]

    async def _expect(self, transaction: Transaction, steps: Sequence[Step]) -> None:
        state = steps[-1].after
        timers = timers_of(state)
        if timers or timers_of(steps[0].before):
            await transaction.timers.expect(state.event, timers)

    def _is_due(self, before: EventState, board: Board, steps: Sequence[Step] = ()) -> bool:
        """Tell whether an event takes on the deployed pipeline, after some steps from `before`."""
        after, now = board.state, self.clock.now()
        if after.manifest is None:
            return True
        if after.epoch >= self.epoch or after.manifest.digest == self.manifest.digest:
            return False
        return (
            is_asked_for(steps)
            or is_young(before, now=now, stale_after=self.stale_after)
            or is_unfinished(board, now=now)
        )

    def _adoption(self, state: EventState, *, cause: str) -> PipelineAdopted:
        _log.info("pipeline_adopted", event_id=state.event, epoch=self.epoch)
        at = self._adopted_at(state)
        return adoption_of(state.event, self.manifest, epoch=self.epoch, at=at, cause=cause)

    def _adopted_at(self, state: EventState) -> datetime:
        """Return when a pipeline is adopted: the first one as soon as there is an event."""
        if state.manifest is None:
            return state.as_of
        return max(state.as_of, self.clock.now())


def _by_event(steps: Sequence[Step]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for step in steps:
        found.setdefault(step.after.event, []).append(step)
    return found


def _announcements(step: Step) -> Sequence[FileObsoleted]:
    announced = obsoleted_in(step.outlook, cause=step.fact.id)
    for fact in announced:
        _log.info(
            "file_obsoleted",
            event_id=fact.event,
            file=fact.file,
            because=[change.input for change in fact.because],
        )
    return announced
