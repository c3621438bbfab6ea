"""A leased task becomes a run, and the run a FileGenerated or a FileFailed."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from llama.domain.errors import LlamaError, Unavailable
from llama.domain.work import Task
from llama.ports.artifacts import Artifacts
from llama.ports.clock import Clock
from llama.ports.message_log import MessageLog
from llama.ports.runner import NotMade, Runner, RunOutcome
from llama.ports.tasks import Lease, TaskQueue
from llama.ports.telemetry import Watch
from llama.runtime.patience import persist
from llama.runtime.reporting import report_of
from llama.runtime.unwatched import UNWATCHED
from schemas.topics import FACTS_TOPIC

IDLE = timedelta(seconds=5)
"""Look for due tasks at least this often, should a wake-up be lost."""

POSTPONE_S = 1.0
"""Pause after a run that could not even begin: whatever is missing needs a moment."""
LeaseKey = tuple[str, str, str, int, int]

_log = structlog.get_logger()


@dataclass(slots=True)
class Worker:
    """Carries out tasks, a few at a time, and keeps their leases while it does."""

    name: str
    queue: TaskQueue
    runner: Runner
    artifacts: Artifacts
    log: MessageLog
    clock: Clock
    handlers: Collection[tuple[str, str]]
    """The (handler, code) pairs that this worker can run: it leaves all others alone."""
    capacity: int
    lease: timedelta
    publishing: Collection[str] = ()
    """Handlers that tell the world: while publication is paused their tasks are left alone."""
    claiming: Watch = UNWATCHED
    renewing: Watch = UNWATCHED
    """Who watches over the two loops; the runs are in processes of their own."""
    _running: dict[LeaseKey, tuple[Lease, asyncio.Task[None]]] = field(
        default_factory=dict[LeaseKey, "tuple[Lease, asyncio.Task[None]]"]
    )
    _slot_freed: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Work for ever; on cancellation, give back what is not finished."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_leases())
            while True:
                self.claiming.beat()
                for lease in await persist("claiming tasks", self._claim, watch=self.claiming):
                    self._running[lease.key] = lease, group.create_task(self.carry_out(lease))
                await self._wait()

    async def _claim(self) -> Sequence[Lease]:
        free = self.capacity - len(self._running)
        if free == 0:
            return ()
        return await self.queue.claim(
            self.name,
            handlers=self.handlers,
            limit=free,
            lease=self.lease,
            publishing=self.publishing,
        )

    async def _wait(self) -> None:
        if len(self._running) >= self.capacity:
            await self._wait_for_a_slot()
        else:
            wait = partial(self.queue.wait_for_work, IDLE)
            await persist("waiting for tasks", wait, watch=self.claiming)

    async def _wait_for_a_slot(self) -> None:
        """Return when a run has ended, or after a while: who watches is to hear of it."""
        self._slot_freed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(IDLE.total_seconds()):
                await self._slot_freed.wait()

    async def _keep_leases(self) -> None:
        self.renewing.beat()
        while True:
            await asyncio.sleep(self.lease.total_seconds() / 3)
            await persist("renewing leases", self._renew, watch=self.renewing)
            self.renewing.beat()

    async def _renew(self) -> None:
        leases = [lease for lease, _ in self._running.values()]
        if not leases:
            return
        held = {lease.key for lease in await self.queue.renew(leases, lease=self.lease)}
        for lease in leases:
            if lease.key not in held and lease.key in self._running:
                _log.info("run_abandoned", **_fields(lease.task))
                self._running[lease.key][1].cancel()

    async def carry_out(self, lease: Lease) -> None:
        """Run a leased task, report the run, close the task; given back if it is cancelled."""
        # A task of its own: whatever is logged on the way is about this run.
        structlog.contextvars.bind_contextvars(**_fields(lease.task))
        try:
            outcome = await self._run(lease.task)
            if outcome is None:
                await self._give_back(lease)
                return
            ended = self.clock.now()
            publish = partial(self._publish, lease.task, outcome, ended=ended)
            await persist("publishing a result", publish, watch=self.claiming)
            finish = partial(self.queue.finish, lease)
            await persist("finishing a task", finish, watch=self.claiming)
        except asyncio.CancelledError:
            await self._give_back(lease)
            raise
        finally:
            self._running.pop(lease.key, None)
            self._slot_freed.set()

    async def _run(self, task: Task) -> RunOutcome | None:
        """Run a task; None if the run could not even begin, which is no failure of the handler."""
        try:
            return await self.runner.run(task)
        except Unavailable as error:
            _log.warning("run_postponed", error=str(error), **_fields(task))
            await asyncio.sleep(POSTPONE_S)
            return None
        except LlamaError as error:
            return NotMade(error="exception", message=str(error), wall_s=0.0)

    async def _give_back(self, lease: Lease) -> None:
        try:
            await self.queue.release(lease)
        except Unavailable:
            _log.info("lease_left_to_expire", **_fields(lease.task))

    async def _publish(self, task: Task, outcome: RunOutcome, *, ended: datetime) -> None:
        fact = await report_of(task, outcome, artifacts=self.artifacts, ended=ended)
        await self.log.append(FACTS_TOPIC, [fact])
        _log.info("run_reported", kind=fact.kind, wall_s=round(fact.wall_s, 3), **_fields(task))


def _fields(task: Task) -> dict[str, object]:
    return {
        "event_id": task.event,
        "handler": task.handler.name,
        "need": task.need,
        "result": task.result_id,
    }
