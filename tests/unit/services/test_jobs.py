"""Jobs that were begun ahead: which of them need a lease, and what one without it leads to."""

from llama.domain.work import Task
from llama.ports.tasks import Lease
from services.handler_worker.jobs import Job, ahead_of
from tests.support.facts import EVENT, a_handler


def a_task(name: str) -> Task:
    return Task(
        event=EVENT,
        need=name,
        attempt=1,
        handler=a_handler(name),
        inputs={},
        contents=(),
        cause="",
    )


def a_chain() -> list[Job]:
    """Three jobs: each but the first was begun because of the one before it."""
    first, second, third = (Job(a_task(name)) for name in ("skymap", "plot", "summary"))
    first.lease = a_lease(first)
    first.leads_to, second.cause = (second,), first
    second.leads_to, third.cause = (third,), second
    return [first, second, third]


def a_lease(job: Job) -> Lease:
    return Lease(job.task, "w1", 1)


def test_all_of_a_chain_is_taken_together_causes_first() -> None:
    first, second, third = a_chain()

    assert ahead_of([first, second, third]) == [second, third]


def test_what_has_a_lease_or_is_dropped_is_not_taken_again() -> None:
    first, second, third = a_chain()
    second.grant(a_lease(second))
    third.is_dropped = True

    assert ahead_of([first, second, third]) == []


def test_what_goes_on_from_a_job_without_a_lease_is_dropped_even_with_one() -> None:
    _, second, third = a_chain()

    second.grant(None)
    third.grant(a_lease(third))

    assert (second.is_void, third.is_void, third.lease is not None) == (True, True, True)
