"""What a worker has in hand: a task, from its lease to the end of its report."""

from collections.abc import Sequence
from dataclasses import dataclass

from llama.domain.work import Task
from llama.ports.runner import RunOutcome
from llama.ports.tasks import Lease
from llama.runtime.reporting import Report


@dataclass(slots=True, eq=False)
class Job:
    """A task in hand. It may be begun before there is a lease, and is not told before."""

    task: Task
    lease: Lease | None = None
    """None: it is ahead of a result that is to be told first."""
    cause: "Job | None" = None
    """Whose result that is."""
    is_begun: bool = False
    is_dropped: bool = False
    """Nobody wants it of this worker any more."""
    outcome: RunOutcome | None = None
    """How its run ended, if it has."""
    report: Report | None = None
    """What is told of that."""
    is_told: bool = False
    leads_to: tuple["Job", ...] = ()
    """The jobs that were begun because of its result."""

    @property
    def is_void(self) -> bool:
        """Whether it, or what it is ahead of, was dropped."""
        return self.is_dropped or (self.cause is not None and self.cause.is_void)

    @property
    def is_due(self) -> bool:
        """Whether it has a lease, and a result."""
        return self.lease is not None and self.outcome is not None

    def grant(self, lease: Lease | None) -> None:
        """Give it a lease; without one it is dropped."""
        self.lease, self.cause = lease, None
        self.is_dropped = self.is_dropped or lease is None


def due_of(ended: Sequence[Job]) -> list[Job]:
    """Return what can be told now of jobs in the order in which they ended.

    Of one event nothing is told before what ended earlier: it may have been made from that.
    """
    due, held = list[Job](), set[str]()
    for job in ended:
        if job.is_due and job.task.event not in held:
            due.append(job)
        else:
            held.add(job.task.event)
    return due


def fields_of(task: Task) -> dict[str, object]:
    """Return what a line of the log says of a task."""
    return {
        "event_id": task.event,
        "handler": task.handler.name,
        "need": task.need,
        "result": task.result_id,
    }
