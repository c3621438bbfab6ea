"""The task table: leases with fences, by the database's clock."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
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
        given = (task for tasks in wanted.values() for task in tasks)
        tasks = list({(task.event, *_identity(task)): task for task in given}.values())
        events = [task.event for task in tasks]
        identities = _identities(tasks)
        if known := list(wanted.keys() - set(new)):
            await self.session.fetch("withdraw_tasks", known, events, *identities, list(folded))
        if not tasks:
            return False
        news = await self.session.fetch(
            "want_tasks",
            *(events, *identities, *_ranks(tasks)),
            [task.not_before for task in tasks],
            [task_text(task) for task in tasks],
        )
        return bool(news)


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

    async def take_ahead(
        self, worker: str, tasks: Sequence[Task], *, lease: timedelta
    ) -> Sequence[Lease]:
        """Lease tasks that nobody wants yet; return those that were to be had."""
        if not tasks:
            return ()
        rows = await self._database.fetch(
            "take_tasks_ahead",
            *([task.event for task in tasks], *_identities(tasks), *_ranks(tasks)),
            [task.cause for task in tasks],
            [task_text(task) for task in tasks],
            *(worker, lease),
        )
        fences = {_key(row): row["fence"] for row in rows}
        keyed = [(task, (task.event, *_identity(task))) for task in tasks]
        return [Lease(task, worker, fences[key]) for task, key in keyed if key in fences]

    async def renew(self, leases: Sequence[Lease], *, lease: timedelta) -> Collection[Lease]:
        """Extend leases; return those that are still held (the others were taken or withdrawn)."""
        rows = await self._database.fetch("renew_tasks", *_holding(leases), lease)
        return _among(leases, rows)

    async def is_wanted(self, task: Task) -> bool:
        """Tell whether a task is still to be done: it was not withdrawn, and is not closed."""
        return await self._database.first("wanted_task", task.event, *_identity(task)) is not None

    async def finish(self, leases: Sequence[Lease]) -> Collection[Lease]:
        """Close tasks whose results are on the log; return those that had not changed hands.

        Without those that have been withdrawn: the resolver may read a result first.
        """
        rows = await self._database.fetch("finish_tasks", *_holding(leases))
        return _among(leases, rows)

    async def release(self, leases: Sequence[Lease]) -> None:
        """Give tasks back unfinished, so that another worker takes them at once."""
        await self._database.fetch("release_tasks", *_holding(leases))

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


def _identities(tasks: Sequence[Task]) -> tuple[list[str], list[str], list[int]]:
    """Return the columns that tell the tasks of an event from each other."""
    return (
        [task.handler.name for task in tasks],
        [task.need for task in tasks],
        [task.attempt for task in tasks],
    )


def _ranks(tasks: Sequence[Task]) -> tuple[list[str], list[int]]:
    """Return the columns that say who takes tasks, and which first."""
    return [task.handler.code for task in tasks], [task.priority for task in tasks]


def _identity(task: Task) -> tuple[str, str, int]:
    return task.handler.name, task.need, task.attempt


def _key(row: Row) -> tuple[str, str, str, int]:
    return row["event"], row["handler"], row["need"], row["attempt"]


def _holding(
    leases: Sequence[Lease],
) -> tuple[list[str], list[str], list[str], list[int], list[str], list[int]]:
    """Return the columns that say who holds which tasks, and under which fences."""
    tasks = [one.task for one in leases]
    events, workers = [task.event for task in tasks], [one.worker for one in leases]
    return events, *_identities(tasks), workers, [one.fence for one in leases]


def _among(leases: Sequence[Lease], rows: Sequence[Row]) -> Sequence[Lease]:
    found = {row["fence"] for row in rows}  # one counter for all tasks
    return [one for one in leases if one.fence in found]


def _lease(row: Row, worker: str) -> Lease:
    return Lease(replace(read_task(row["body"]), priority=row["priority"]), worker, row["fence"])
