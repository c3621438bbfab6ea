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

    def grant(self, lease: Lease | None) -> None:
        """Give it a lease; without one it is dropped, and so is what goes on from it."""
        self.is_dropped = self.is_void or lease is None
        self.lease, self.cause = lease, None


def ahead_of(jobs: Sequence[Job]) -> list[Job]:
    """Return what was begun because of some jobs that have ended and has no lease yet.

    In the order in which it was begun: after its cause, which is among these jobs.
    """
    begun = (child for job in jobs for child in job.leads_to)
    return [child for child in begun if child.lease is None and not child.is_void]


def fields_of(task: Task) -> dict[str, object]:
    """Return what a line of the log says of a task."""
    return {
        "event_id": task.event,
        "handler": task.handler.name,
        "need": task.need,
        "result": task.result_id,
    }
