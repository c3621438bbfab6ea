"""Takes tasks, keeps their leases while it carries them out, goes on with what they lead to."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog

from llama.ports.runner import RunOutcome
from llama.ports.tasks import TaskQueue
from llama.ports.telemetry import Watch
from llama.runtime.patience import persist
from llama.runtime.unwatched import UNWATCHED
from services.handler_worker.carrying import Carrying
from services.handler_worker.jobs import Job, fields_of
from services.handler_worker.waiting_line import WaitingLine

IDLE = timedelta(seconds=5)
"""Look for due tasks at least this often, should a wake-up be lost."""
HOLD_S = 0.25
"""A job waits for a free slot so long; then other workers may have it."""
CLOSE_EVERY_S = 0.1
"""So long what was told gathers: one statement closes all of it, and nobody waits for that."""
MOST_PER_SLOT = 200
"""Jobs that are not told yet: while the log is away nothing more is claimed beyond that."""

_log = structlog.get_logger()


@dataclass(slots=True)
class Worker:
    """Carries out tasks, a few at a time, and keeps their leases while it does.

    What its results make ready it goes on with at once. What ends while others are being told is
    told after them, all together.
    """

    queue: TaskQueue
    carrying: Carrying
    handlers: Collection[tuple[str, str]]
    """The (handler, code) pairs that this worker can run: it leaves all others alone."""
    capacity: int
    """How many of its runs there are at the same time."""
    publishing: Collection[str] = ()
    """Handlers that tell the world: while publication is paused their tasks are left alone."""
    claiming: Watch = UNWATCHED
    renewing: Watch = UNWATCHED
    """Who watches over the two loops; the runs are in processes of their own."""
    _line: WaitingLine = field(init=False)
    _in_hand: dict[Job, None] = field(default_factory=dict[Job, None])
    """All whose tasks are not closed yet, in order."""
    _runs: dict[Job, asyncio.Task[RunOutcome | None]] = field(
        default_factory=dict[Job, "asyncio.Task[RunOutcome | None]"]
    )
    _look: asyncio.Task[None] | None = None
    """At the events of what was claimed last."""
    _ended: list[Job] = field(default_factory=list[Job])
    _has_ended: asyncio.Event = field(default_factory=asyncio.Event)
    _ready: asyncio.Queue[Sequence[Job]] = field(default_factory=lambda: asyncio.Queue(1))
    """What can be told; no more than that, for what ends meanwhile is made ready together."""
    _told: list[Job] = field(default_factory=list[Job])
    _has_told: asyncio.Event = field(default_factory=asyncio.Event)
    _dropped: list[Job] = field(default_factory=list[Job])
    _has_dropped: asyncio.Event = field(default_factory=asyncio.Event)
    _has_room: asyncio.Event = field(default_factory=asyncio.Event)
    _group: asyncio.TaskGroup = field(default_factory=asyncio.TaskGroup)

    def __post_init__(self) -> None:
        """Begin with all slots free."""
        self._line = WaitingLine(self.capacity)

    async def work(self) -> None:
        """Work for ever; on cancellation, give back what is not finished."""
        try:
            async with self._group:
                self._group.create_task(self._keep_leases())
                self._group.create_task(self._make_ready())
                self._group.create_task(self._tell())
                self._group.create_task(self._close())
                self._group.create_task(self._give_back())
                for _ in range(self.capacity):
                    self._group.create_task(self._fill_a_slot())
                await self._claim_for_ever()
        finally:
            await self.carrying.give_back([*self._dropped, *self._in_hand])

    # --- what comes in

    async def _claim_for_ever(self) -> None:
        while True:
            self.claiming.beat()
            await persist("claiming tasks", self._claim, watch=self.claiming)
            if self._room:
                wait = partial(self.queue.wait_for_work, IDLE)
                await persist("waiting for tasks", wait, watch=self.claiming)
            else:
                await self._wait_for_room()

    async def _claim(self) -> None:
        if not self._room:
            return
        leases = await self.queue.claim(
            self.carrying.worker,
            handlers=self.handlers,
            limit=self._room,
            lease=self.carrying.lease,
            publishing=self.publishing,
        )
        self._begin([Job(lease.task, lease) for lease in leases])
        self._look = self._group.create_task(
            self.carrying.horizon.look([lease.task for lease in leases])
        )
        await self._look

    @property
    def _room(self) -> int:
        is_full = len(self._in_hand) >= MOST_PER_SLOT * self.capacity
        return 0 if is_full else self._line.room

    def _look_for_room(self) -> None:
        if self._room:
            self._has_room.set()

    async def _wait_for_room(self) -> None:
        """Return when there may be room, or after a while: who watches is to hear of it."""
        self._has_room.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(IDLE.total_seconds()):
                await self._has_room.wait()

    def _begin(self, jobs: Sequence[Job]) -> None:
        """Take jobs in hand."""
        clock = asyncio.get_running_loop()
        for job in jobs:
            self._in_hand[job] = None
            self.carrying.horizon.begin(job.task)
            self._line.add(job)
            clock.call_later(HOLD_S, self._leave_to_others, job)

    def _leave_to_others(self, job: Job) -> None:
        if not job.is_begun and not job.is_void:
            _log.info("task_left_to_others", **fields_of(job.task))
            self._line.note_delay(HOLD_S)
            self._drop(job)

    # --- the runs

    async def _fill_a_slot(self) -> None:
        while True:
            job = await self._line.next()
            try:
                with structlog.contextvars.bound_contextvars(**fields_of(job.task)):
                    await self._carry_out(job)
            finally:
                self._line.leave()
                self._look_for_room()

    async def _carry_out(self, job: Job) -> None:
        outcome = await self._run(job)
        if self._look is not None and not self._look.done():
            await asyncio.wait([self._look])
        if job.is_void:
            self._forget(job)
        elif outcome is None:
            self._drop(job)
        else:
            self._line.note(outcome.wall_s)
            self._begin(self.carrying.ended(job, outcome))
            self._ended.append(job)
            self._has_ended.set()

    async def _run(self, job: Job) -> RunOutcome | None:
        running = self._runs[job] = asyncio.create_task(self.carrying.run(job.task))
        try:
            return await running
        except asyncio.CancelledError:
            this = asyncio.current_task()
            if job.is_dropped and this is not None and not this.cancelling():
                return None  # only this run was cancelled
            raise
        finally:
            del self._runs[job]

    # --- what becomes of them

    async def _make_ready(self) -> None:
        """Have what has ended kept, and leases for what it leads to: then it can be told."""
        while True:
            await self._has_ended.wait()
            await self._gather()
            self._has_ended.clear()
            ended, self._ended = self._ended, []
            keeping = self._group.create_task(self.carrying.keep(ended))
            await asyncio.sleep(0)  # the disk works while the leases are put into words
            await self.carrying.take_ahead(ended)
            await keeping
            for job in [one for one in ended if one.is_void]:
                self._forget(job)
            await self._ready.put([job for job in ended if not job.is_void])

    async def _gather(self) -> None:
        """Wait for what is about to end: it can be told with what has ended."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._line.gathering_s):
                await self._line.is_idle.wait()

    async def _tell(self) -> None:
        """Tell what is ready, in its order; the tasks are closed while the next is told."""
        while True:
            jobs = await self._ready.get()
            await self.carrying.tell(jobs)
            self._told.extend(jobs)
            self._has_told.set()

    async def _close(self) -> None:
        """Close the tasks of what was told, now and then: until then only this worker has them."""
        while True:
            await self._has_told.wait()
            await asyncio.sleep(CLOSE_EVERY_S)
            self._has_told.clear()
            jobs, self._told = self._told, []
            await self.carrying.close(jobs)
            for job in jobs:
                self._forget(job)

    def _drop(self, job: Job) -> None:
        """Give a job up, and its task back."""
        job.is_dropped = True
        self._forget(job)
        self._dropped.append(job)
        self._has_dropped.set()

    async def _give_back(self) -> None:
        while True:
            await self._has_dropped.wait()
            self._has_dropped.clear()
            jobs = list(self._dropped)
            await self.carrying.give_back(jobs)
            del self._dropped[: len(jobs)]

    def _forget(self, job: Job) -> None:
        if job in self._in_hand:
            del self._in_hand[job]
            self.carrying.forget(job)
            self._look_for_room()

    # --- the leases

    async def _keep_leases(self) -> None:
        self.renewing.beat()
        while True:
            await asyncio.sleep(self.carrying.lease.total_seconds() / 3)
            await persist("renewing leases", self._renew, watch=self.renewing)
            self.renewing.beat()

    async def _renew(self) -> None:
        leases = {job: job.lease for job in self._in_hand if job.lease is not None}
        if not leases:
            return
        renewed = await self.queue.renew(list(leases.values()), lease=self.carrying.lease)
        held = {lease.key for lease in renewed}
        for job, lease in leases.items():
            # What has ended is told even so: whoever has the task now would say the same.
            if lease.key not in held and job.outcome is None and job in self._in_hand:
                self._abandon(job)

    def _abandon(self, job: Job) -> None:
        _log.info("run_abandoned", **fields_of(job.task))
        job.is_dropped = True
        if job in self._runs:
            self._runs[job].cancel()
        self._forget(job)
