"""A leased task becomes a run, and the run a FileGenerated or a FileFailed."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from llama.domain.digests import WHOLE
from llama.domain.errors import LlamaError, Unavailable
from llama.domain.work import Task
from llama.ports.artifacts import Artifacts
from llama.ports.clock import Clock
from llama.ports.message_log import MessageLog
from llama.ports.runner import Made, MadeFile, NotMade, Runner, RunOutcome
from llama.ports.tasks import Lease, TaskQueue
from llama.runtime.patience import persist
from schemas.facts import FileFailed, FileGenerated
from schemas.files import FileContent
from schemas.topics import FACTS_TOPIC

IDLE = timedelta(seconds=5)
"""Look for due tasks at least this often, should a wake-up be lost."""

POSTPONE_S = 1.0
"""Pause after a run that could not even begin: whatever is missing needs a moment."""
LONGEST_COOL_DOWN = timedelta(days=1)
"""Whatever hindered a handler for so long, it is worth another look every day."""
MOST_DOUBLINGS = 20

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
    _running: dict[LeaseKey, tuple[Lease, asyncio.Task[None]]] = field(
        default_factory=dict[LeaseKey, "tuple[Lease, asyncio.Task[None]]"]
    )
    _slot_freed: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Work for ever; on cancellation, give back what is not finished."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_leases())
            while True:
                for lease in await persist("claiming tasks", self._claim):
                    self._running[lease.key] = lease, group.create_task(self._carry_out(lease))
                await self._wait()

    async def _claim(self) -> Sequence[Lease]:
        free = self.capacity - len(self._running)
        if free == 0:
            return ()
        return await self.queue.claim(
            self.name, handlers=self.handlers, limit=free, lease=self.lease
        )

    async def _wait(self) -> None:
        if len(self._running) >= self.capacity:
            self._slot_freed.clear()
            await self._slot_freed.wait()
        else:
            await persist("waiting for tasks", lambda: self.queue.wait_for_work(IDLE))

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self.lease.total_seconds() / 3)
            await persist("renewing leases", self._renew)

    async def _renew(self) -> None:
        leases = [lease for lease, _ in self._running.values()]
        if not leases:
            return
        held = {lease.key for lease in await self.queue.renew(leases, lease=self.lease)}
        for lease in leases:
            if lease.key not in held and lease.key in self._running:
                _log.info("run_abandoned", **_fields(lease.task))
                self._running[lease.key][1].cancel()

    async def _carry_out(self, lease: Lease) -> None:
        try:
            outcome = await self._run(lease.task)
            if outcome is None:
                await self._give_back(lease)
                return
            await persist("publishing a result", lambda: self._publish(lease.task, outcome))
            await persist("finishing a task", lambda: self.queue.finish(lease))
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

    async def _publish(self, task: Task, outcome: RunOutcome) -> None:
        match outcome:
            case Made():
                kept = [
                    await self._keep(name, product)
                    for name, product in zip(task.handler.files, outcome.files, strict=True)
                ]
                fact = self._generated(task, outcome, tuple(kept))
            case NotMade():
                fact = self._failed(task, outcome)
        await self.log.append(FACTS_TOPIC, [fact])
        _log.info("run_reported", kind=fact.kind, wall_s=round(fact.wall_s, 3), **_fields(task))

    async def _keep(self, file: str, product: MadeFile) -> FileContent:
        digest = await self.artifacts.put(product.content)
        return FileContent(
            file=file,
            digest=digest,
            size=len(product.content),
            aspects={WHOLE: digest, **product.aspects},
        )

    def _generated(
        self, task: Task, outcome: Made, files: tuple[FileContent, ...]
    ) -> FileGenerated:
        return FileGenerated(
            id=task.result_id,
            cause=task.cause,
            occurred_at=self.clock.now(),
            event=task.event,
            handler=task.handler.name,
            need=task.need,
            attempt=task.attempt,
            code=task.handler.code,
            inputs=task.inputs,
            wall_s=outcome.wall_s,
            files=files,
        )

    def _failed(self, task: Task, outcome: NotMade) -> FileFailed:
        now = self.clock.now()
        final = outcome.error == "permanent" or task.failures + 1 >= task.handler.max_attempts
        return FileFailed(
            id=task.result_id,
            cause=task.cause,
            occurred_at=now,
            event=task.event,
            handler=task.handler.name,
            need=task.need,
            attempt=task.attempt,
            code=task.handler.code,
            inputs=task.inputs,
            wall_s=outcome.wall_s,
            error=outcome.error,
            message=outcome.message[:2000],
            retry_at=None if final else now + _cool_down(task),
        )


def _cool_down(task: Task) -> timedelta:
    """Return the pause after a failed attempt: it doubles with every further one."""
    doublings = min(task.failures, MOST_DOUBLINGS)
    return min(timedelta(seconds=task.handler.cool_down_s) * 2**doublings, LONGEST_COOL_DOWN)


def _fields(task: Task) -> dict[str, object]:
    return {"event_id": task.event, "handler": task.handler.name, "result": task.result_id}
