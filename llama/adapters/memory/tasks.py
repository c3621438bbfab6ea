"""The task table in memory: leases with fences, by the store's clock."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from llama.adapters.memory.store import MemoryStore, OpenTask, key_of
from llama.domain.work import Task
from llama.ports.tasks import Lease

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MemoryTaskBoard:
    """Says what is wanted, within a transaction."""

    store: MemoryStore
    later: Callable[[Callable[[], None]], None]
    """Takes a change that is to be made when the transaction ends well."""

    async def want(
        self,
        wanted: Mapping[str, Sequence[Task]],
        *,
        folded: Collection[str] = (),
        new: Collection[str] = (),
    ) -> bool:
        """Make these the open tasks of some events: add what is new, withdraw all others.

        A task that is there stays as it is, leased or done, but for its priority and the name of
        the newest notice. What a worker took ahead, after a fact that is not `folded` yet, stays.
        Of events that are `new` nothing was ever wanted. Tell whether anything was new to the
        workers.
        """
        for event, tasks in wanted.items():
            if event not in new:
                self.later(partial(self._withdraw, event, tasks, folded))
            self.later(partial(self._want, tasks))
        return any(self._is_new(task) for tasks in wanted.values() for task in tasks)

    def _is_new(self, task: Task) -> bool:
        row = self.store.tasks.get(key_of(task))
        said = (task.priority, task.notice)
        return row is None or (row.task.priority, row.task.notice) != said

    def _withdraw(self, event: str, tasks: Sequence[Task], folded: Collection[str]) -> None:
        wanted, rows = {key_of(task) for task in tasks}, self.store.tasks
        for key in [key for key in rows if key[0] == event]:
            if key in wanted:
                rows[key].ahead_of = None
            elif rows[key].ahead_of is None or rows[key].ahead_of in folded:
                del rows[key]

    def _want(self, tasks: Sequence[Task]) -> None:
        wanted = {key_of(task): task for task in tasks}
        for key, task in wanted.items():
            row = self.store.tasks.get(key)
            if row is None:
                self.store.row_of(task)
            else:
                row.task = replace(row.task, priority=task.priority, notice=task.notice)
        if wanted:
            self.store.ring()


class MemoryTaskQueue:
    """Hands tasks to workers."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._seen = -1
        """How often the store had rung before the last claim that left nothing behind."""
        self._looked_at = _NEVER

    async def claim(
        self,
        worker: str,
        *,
        handlers: Collection[tuple[str, str]],
        limit: int,
        lease: timedelta,
        publishing: Collection[str] = (),
    ) -> Sequence[Lease]:
        """Lease up to `limit` due tasks of these (handler, code) pairs, most urgent first.

        A task whose lease has run out is due again, under a higher fence. Tasks of the handlers
        that are named as `publishing` stay where they are while publication is paused.
        """
        now, rows = self._store.clock.now(), self._store.tasks
        for key in [key for key, row in rows.items() if row.is_lapsed(now)]:
            del rows[key]
        due = [
            row
            for row in rows.values()
            if not row.is_done
            and row.due_at <= now
            and row.ahead_of is None
            and (row.task.handler.name, row.task.handler.code) in handlers
            and not (self._store.pause and row.task.handler.name in publishing)
        ]
        picked = sorted(due, key=lambda row: row.place)[:limit]
        if len(picked) < limit:
            self._seen, self._looked_at = self._store.rung, now
        return [self._lease(row, worker, until=now + lease) for row in picked]

    async def take_ahead(
        self, worker: str, tasks: Sequence[Task], *, lease: timedelta
    ) -> Sequence[Lease]:
        """Lease tasks that nobody wants yet; return those that were to be had."""
        now, leases = self._store.clock.now(), list[Lease]()
        for task in tasks:
            row = self._store.tasks.get(key_of(task))
            if row is None:
                row = self._store.row_of(task, ahead_of=task.cause)
            elif row.is_done or row.due_at > now or row.ahead_of is not None:
                continue
            leases.append(self._lease(row, worker, until=now + lease))
        return leases

    async def renew(self, leases: Sequence[Lease], *, lease: timedelta) -> Collection[Lease]:
        """Extend leases; return those that are still held (the others were taken or withdrawn)."""
        until = self._store.clock.now() + lease
        held: list[Lease] = []
        for one in leases:
            row = self._held(one)
            if row is not None and not row.is_done:
                row.due_at = until
                held.append(one)
        return held

    async def is_wanted(self, task: Task) -> bool:
        """Tell whether a task is still to be done: it was not withdrawn, and is not closed."""
        row = self._store.tasks.get(key_of(task))
        return row is not None and not row.is_done

    async def finish(self, leases: Sequence[Lease]) -> Collection[Lease]:
        """Close tasks whose results are on the log; return those that had not changed hands.

        Without those that have been withdrawn: the resolver may read a result first.
        """
        held = [(one, row) for one in leases if (row := self._held(one)) is not None]
        for _, row in held:
            row.is_done = True
        return [one for one, _ in held]

    async def release(self, leases: Sequence[Lease]) -> None:
        """Give tasks back unfinished, so that another worker takes them at once."""
        for lease in leases:
            self._release(lease)

    def _release(self, lease: Lease) -> None:
        row = self._held(lease)
        if row is None or row.is_done:
            return
        if row.ahead_of is not None:
            del self._store.tasks[key_of(lease.task)]
            return
        row.worker, row.due_at = None, self._store.clock.now()
        self._store.ring()

    async def wait_for_work(self, timeout: timedelta) -> None:
        """Return when there may be something to claim, at the latest after the timeout."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout.total_seconds()
        while self._store.rung <= self._seen and (left := deadline - clock()) > 0:
            due_s = self._next_due_s()
            if due_s <= 0:
                return
            await self._store.wait(seen=self._seen, timeout_s=min(left, due_s))

    def _lease(self, row: OpenTask, worker: str, *, until: datetime) -> Lease:
        self._store.fences_ever += 1
        row.worker, row.fence, row.due_at = worker, self._store.fences_ever, until
        return Lease(row.task, worker, row.fence)

    def _held(self, lease: Lease) -> OpenTask | None:
        row = self._store.tasks.get(key_of(lease.task))
        holder = (row.worker, row.fence) if row else None
        return row if holder == (lease.worker, lease.fence) else None

    def _next_due_s(self) -> float:
        rows = self._store.tasks.values()
        due = [row.due_at for row in rows if not row.is_done and row.due_at > self._looked_at]
        return (min(due) - self._store.clock.now()).total_seconds() if due else float("inf")
