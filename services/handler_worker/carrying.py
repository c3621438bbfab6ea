"""The life of a job: a run, what it leads to, its report, the end."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from llama.domain.errors import LlamaError, Unavailable
from llama.domain.work import Task
from llama.ports.clock import Clock
from llama.ports.message_log import MessageLog
from llama.ports.runner import Made, NotMade, Runner, RunOutcome
from llama.ports.tasks import Lease, TaskQueue
from llama.ports.telemetry import Watch
from llama.runtime.patience import persist
from llama.runtime.recent import RecentArtifacts
from llama.runtime.reporting import keep, report_of
from llama.runtime.unwatched import UNWATCHED
from schemas.topics import FACTS_TOPIC
from services.handler_worker.horizon import Horizon
from services.handler_worker.jobs import Job, ahead_of, fields_of

POSTPONE_S = 1.0
"""Pause after a run that could not even begin: whatever is missing needs a moment."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Carrying:
    """Carries out the jobs of one worker. A server that is away is waited for."""

    worker: str
    queue: TaskQueue
    runner: Runner
    artifacts: RecentArtifacts
    log: MessageLog
    clock: Clock
    horizon: Horizon
    lease: timedelta
    watch: Watch = UNWATCHED

    async def run(self, task: Task) -> RunOutcome | None:
        """Run a task; None if that could not even begin, which is no failure of the handler."""
        try:
            return await self.runner.run(task)
        except Unavailable as error:
            _log.warning("run_postponed", error=str(error))
            await asyncio.sleep(POSTPONE_S)
            return None
        except LlamaError as error:
            return NotMade(error="exception", message=str(error), wall_s=0.0)

    def ended(self, job: Job, outcome: RunOutcome) -> Sequence[Job]:
        """Note how a run ended; return the jobs that can be begun because of it.

        They find what was made in memory, for nothing of it is kept yet.
        """
        job.outcome, job.report = outcome, report_of(job.task, outcome, ended=self.clock.now())
        job.leads_to = tuple(Job(task, cause=job) for task in self.horizon.beyond(job.report))
        for content in _contents(job):
            self.artifacts.hold(content)
        return job.leads_to

    def forget(self, job: Job) -> None:
        """Have a job in hand no more, which was begun."""
        self.horizon.end(job.task)
        for content in _contents(job):
            self.artifacts.let_go(content)

    async def keep(self, jobs: Sequence[Job]) -> None:
        """Keep what jobs have made: once this returns, it survives a crash of the machine."""
        outcomes = [job.outcome for job in jobs if job.outcome is not None]
        keeping = partial(keep, outcomes, self.artifacts)
        await persist("keeping results", keeping, watch=self.watch)

    async def take_ahead(self, jobs: Sequence[Job]) -> None:
        """Get leases for all that was begun because of some jobs: once those are told it is late.

        What somebody else has is dropped, and what goes on from that; and everything if nobody can
        be asked: then the resolver sees to it.
        """
        begun = ahead_of(jobs)
        leases: Sequence[Lease] = ()
        with suppress(Unavailable):
            tasks = [job.task for job in begun]
            leases = await self.queue.take_ahead(self.worker, tasks, lease=self.lease)
        by_result = {one.task.result_id: one for one in leases}
        for job in begun:
            job.grant(by_result.get(job.task.result_id))
            if job.lease is None:  # what others make of it is not known here
                self.horizon.forget(job.task.event)
        await self.give_back([job for job in begun if job.lease and job.is_dropped])

    async def tell(self, jobs: Sequence[Job]) -> None:
        """Report what is kept, in this order."""
        reports = [job.report for job in jobs if job.report is not None]
        append = partial(self.log.append, FACTS_TOPIC, reports)
        await persist("publishing a result", append, watch=self.watch)
        for job, report in zip(jobs, reports, strict=True):
            job.is_told = True
            _log.info(
                "run_reported",
                **fields_of(job.task),
                kind=report.kind,
                wall_s=round(report.wall_s, 3),
            )

    async def close(self, jobs: Sequence[Job]) -> None:
        """Close the tasks of what was told: nobody is to run them again."""
        finish = partial(self.queue.finish, _leases(jobs))
        await persist("finishing a task", finish, watch=self.watch)

    async def give_back(self, jobs: Sequence[Job]) -> None:
        """Have others take what is not told, at once; or when its leases run out."""
        told = _leases([job for job in jobs if job.is_told])
        untold = _leases([job for job in jobs if not job.is_told])
        try:
            if told:
                await self.queue.finish(told)
            if untold:
                await self.queue.release(untold)
        except Unavailable:
            _log.info("leases_left_to_expire", leases=len(told) + len(untold))


def _contents(job: Job) -> Sequence[bytes]:
    """Return what a job has made."""
    made = job.outcome.files if isinstance(job.outcome, Made) else ()
    return [product.content for product in made]


def _leases(jobs: Sequence[Job]) -> Sequence[Lease]:
    return [job.lease for job in jobs if job.lease is not None]
