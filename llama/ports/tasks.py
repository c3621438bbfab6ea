"""Tasks: runs that are wanted, and the workers' leases on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from llama.domain.work import Task


@dataclass(frozen=True, slots=True)
class Lease:
    """A task that a worker holds for a while; a higher fence means that it has changed hands."""

    task: Task
    worker: str
    fence: int

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        """What tells this lease from any other one."""
        task = self.task
        return task.event, task.handler.name, task.need, task.attempt, self.fence


class TaskBoard(Protocol):
    """Says what is wanted (one writer: the resolver)."""

    async def want(
        self,
        wanted: Mapping[str, Sequence[Task]],
        *,
        folded: Collection[str] = (),
        new: Collection[str] = (),
    ) -> bool:
        """Make these the open tasks of some events: add what is new, withdraw all others.

        What a worker took ahead, after a fact that is not `folded` yet, stays as it is. Of events
        that are `new` nothing was ever wanted: there is nothing to withdraw. Tell whether anything
        was new to the workers.
        """
        ...


class TaskQueue(Protocol):
    """Hands tasks to workers."""

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
        ...

    async def take_ahead(
        self, worker: str, tasks: Sequence[Task], *, lease: timedelta
    ) -> Sequence[Lease]:
        """Lease tasks that nobody wants yet: their causes are still to be told.

        A worker that knows what its own result leads to need not wait for the resolver. Return
        those that were to be had: what somebody else holds, or has done, is not. No cause must be
        told before this has returned, or its task would be given away a second time. What the
        resolver does not want once it has folded the cause is withdrawn; and what is given back,
        or whose lease runs out, before is as if it had never been taken.
        """
        ...

    async def renew(self, leases: Sequence[Lease], *, lease: timedelta) -> Collection[Lease]:
        """Extend leases; return those that are still held (the others were taken or withdrawn)."""
        ...

    async def is_wanted(self, task: Task) -> bool:
        """Tell whether a task is still to be done: it was not withdrawn, and is not closed."""
        ...

    async def finish(self, leases: Sequence[Lease]) -> Collection[Lease]:
        """Close tasks whose results are on the log; return those that had not changed hands."""
        ...

    async def release(self, leases: Sequence[Lease]) -> None:
        """Give tasks back unfinished, so that another worker takes them at once."""
        ...

    async def wait_for_work(self, timeout: timedelta) -> None:
        """Return when there may be something to claim, at the latest after the timeout."""
        ...
