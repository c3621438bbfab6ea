"""The task table: leases with fences, by the database's clock."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from llama.adapters.postgres.database import Database, Row, Session
from llama.adapters.postgres.values import read_task, task_text
from llama.domain.work import Task
from llama.ports.tasks import Lease

CHANNEL = "llama_tasks"
"""Spelled in queries/tasks.sql as well."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PostgresTaskBoard:
    """Says what is wanted, within a transaction."""

    session: Session

    async def want(self, event: str, tasks: Sequence[Task]) -> None:
        """Make these the open tasks of an event: add what is new, withdraw all others.

        A task that is there stays as it is, leased or done, but for its priority and the name of
        the newest notice.
        """
        wanted = list({_identity(task): task for task in tasks}.values())
        names = [task.handler.name for task in wanted]
        needs = [task.need for task in wanted]
        attempts = [task.attempt for task in wanted]
        await self.session.fetch("withdraw_tasks", event, names, needs, attempts)
        if not wanted:
            return
        await self.session.fetch(
            "want_tasks",
            *(event, names, needs, attempts),
            [task.handler.code for task in wanted],
            [task.priority for task in wanted],
            [task.not_before for task in wanted],
            [task_text(task) for task in wanted],
        )


class PostgresTaskQueue:
    """Hands tasks to the workers of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listener = database.listener(CHANNEL)
        self._seen = 0
        """What had been heard before the last claim that left nothing behind."""
        self._looked_at = _NEVER
        """When that claim was, by the database's clock."""

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
        heard = self._listener.heard
        names, codes = [name for name, _ in handlers], [code for _, code in handlers]
        rows = await self._database.fetch(
            "claim_tasks", worker, names, codes, limit, lease, list(publishing)
        )
        leases = [_lease(row, worker) for row in rows if row["body"] is not None]
        if len(leases) < limit:
            self._seen, self._looked_at = heard, rows[0]["looked_at"]
        return leases

    async def renew(self, leases: Sequence[Lease], *, lease: timedelta) -> Collection[Lease]:
        """Extend leases; return those that are still held (the others were taken or withdrawn)."""
        async with self._database.session() as session:
            # One row at a time: two rows in one statement could be locked in the resolver's way.
            return [
                one
                for one in leases
                if await session.first("renew_task", *_holding(one), lease) is not None
            ]

    async def is_wanted(self, task: Task) -> bool:
        """Tell whether a task is still to be done: it was not withdrawn, and is not closed."""
        return await self._database.first("wanted_task", task.event, *_identity(task)) is not None

    async def finish(self, lease: Lease) -> bool:
        """Close a task whose result is on the log; False if it has changed hands.

        False, too, if it has been withdrawn: the resolver may read the result first.
        """
        return await self._database.first("finish_task", *_holding(lease)) is not None

    async def release(self, lease: Lease) -> None:
        """Give a task back unfinished, so that another worker takes it at once."""
        await self._database.fetch("release_task", *_holding(lease))

    async def wait_for_work(self, timeout: timedelta) -> None:
        """Return when there may be something to claim, at the latest after the timeout.

        That is: when somebody said so, or when a task fell due, since the last claim that got
        less than it asked for. What it could not use is not offered again and again.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout.total_seconds()
        await self._listener.listen()
        while self._listener.heard <= self._seen and (left := deadline - clock()) > 0:
            due_s = await self._next_due_s()
            if due_s <= 0:
                return
            await self._listener.wait(seen=self._seen, timeout_s=min(left, due_s))

    async def _next_due_s(self) -> float:
        row = await self._database.first("next_due", self._looked_at)
        return float("inf") if row is None or row["seconds"] is None else row["seconds"]


def _identity(task: Task) -> tuple[str, str, int]:
    return task.handler.name, task.need, task.attempt


def _holding(lease: Lease) -> tuple[str, str, str, int, str, int]:
    task = lease.task
    return task.event, *_identity(task), lease.worker, lease.fence


def _lease(row: Row, worker: str) -> Lease:
    return Lease(replace(read_task(row["body"]), priority=row["priority"]), worker, row["fence"])
