"""What a worker takes ahead of the resolver: nobody else has it, and nothing of it is left over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from llama.domain.work import Task
from llama.ports.tasks import Lease
from tests.contract.tasks.test_task_queue import (
    AT_ONCE,
    MINUTE,
    NEVER_WITHIN_A_TEST,
    a_task,
    claim,
    needs_claimed,
)
from tests.support.facts import EVENT
from tests.support.postgres import Persistence

CAUSE = "skymap.1"
AHEAD = replace(a_task("ahead"), cause=CAUSE)


async def take(
    persistence: Persistence, *tasks: Task, worker: str = "w1", lease: timedelta = MINUTE
) -> Sequence[Lease]:
    return await persistence.queue.take_ahead(worker, tasks, lease=lease)


async def want(persistence: Persistence, *tasks: Task, folded: Sequence[str] = ()) -> None:
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.tasks.want({EVENT: tasks}, folded=folded)


async def is_there(persistence: Persistence) -> bool:
    return await persistence.queue.is_wanted(AHEAD)


async def test_what_is_taken_ahead_is_leased_whole(persistence: Persistence) -> None:
    [lease] = await take(persistence, AHEAD)

    assert (lease.task, lease.worker) == (AHEAD, "w1")
    assert await persistence.queue.renew([lease], lease=MINUTE) == [lease]


async def test_nothing_can_be_taken_of_no_tasks(persistence: Persistence) -> None:
    assert list(await take(persistence)) == []


async def test_several_are_taken_at_once_each_under_a_fence_of_its_own(
    persistence: Persistence,
) -> None:
    more = replace(AHEAD, need="more")

    leases = await take(persistence, AHEAD, more)

    assert [lease.task for lease in leases] == [AHEAD, more]
    assert len({lease.fence for lease in leases}) == 2


async def test_tasks_of_several_events_are_taken_at_once(persistence: Persistence) -> None:
    other = replace(AHEAD, event="S230914zz")

    leases = await take(persistence, AHEAD, other)

    assert [lease.task.event for lease in leases] == [EVENT, "S230914zz"]
    assert list(await take(persistence, other, AHEAD, worker="w2")) == []


async def test_nobody_else_gets_it(persistence: Persistence) -> None:
    await take(persistence, AHEAD)

    assert list(await take(persistence, AHEAD, worker="w2")) == []
    assert list(await claim(persistence.other_queue, "w2")) == []


async def test_what_another_worker_has_leased_is_not_taken(persistence: Persistence) -> None:
    await want(persistence, AHEAD)
    await claim(persistence.other_queue, "w2")

    assert list(await take(persistence, AHEAD)) == []


async def test_what_is_done_is_not_taken(persistence: Persistence) -> None:
    [lease] = await take(persistence, AHEAD)
    await persistence.queue.finish([lease])

    assert list(await take(persistence, AHEAD, worker="w2")) == []


async def test_what_is_wanted_already_is_taken_as_it_would_be_claimed(
    persistence: Persistence,
) -> None:
    await want(persistence, AHEAD)

    [lease] = await take(persistence, AHEAD)

    assert await needs_claimed(persistence.other_queue) == []
    assert await persistence.queue.renew([lease], lease=MINUTE) == [lease]


async def test_it_stays_while_the_resolver_has_not_come_so_far(persistence: Persistence) -> None:
    [lease] = await take(persistence, AHEAD)

    await want(persistence, a_task("other"), folded=["something else"])
    await want(persistence)

    assert await persistence.queue.renew([lease], lease=MINUTE) == [lease]


async def test_it_stays_also_when_it_is_done_and_the_lease_has_run_out(
    persistence: Persistence,
) -> None:
    """A resolver that is behind by more than a lease would have it run again."""
    [lease] = await take(persistence, AHEAD, lease=AT_ONCE)
    await persistence.queue.finish([lease])
    await want(persistence, folded=["something else"])

    await want(persistence, AHEAD, folded=[CAUSE])

    assert await needs_claimed(persistence.other_queue) == []


async def test_it_is_like_any_other_once_its_cause_is_folded(persistence: Persistence) -> None:
    [lease] = await take(persistence, AHEAD)
    await want(persistence, AHEAD, folded=[CAUSE])
    kept = await persistence.queue.renew([lease], lease=MINUTE)

    await want(persistence, folded=["something else"])

    assert kept == [lease]
    assert not await is_there(persistence)


async def test_it_is_withdrawn_if_its_cause_leads_to_something_else(
    persistence: Persistence,
) -> None:
    [lease] = await take(persistence, AHEAD)

    await want(persistence, a_task("other"), folded=["something else", CAUSE])

    assert list(await persistence.queue.renew([lease], lease=MINUTE)) == []
    assert not await persistence.queue.finish([lease])
    assert await needs_claimed(persistence.queue) == ["other"]


async def test_of_a_worker_that_was_lost_before_it_told_the_cause_nothing_is_left(
    persistence: Persistence,
) -> None:
    await take(persistence, AHEAD, lease=AT_ONCE)

    assert await needs_claimed(persistence.other_queue) == []
    assert not await is_there(persistence)


async def test_of_a_worker_that_was_lost_afterwards_others_take_it(
    persistence: Persistence,
) -> None:
    await take(persistence, AHEAD, lease=AT_ONCE)

    await want(persistence, AHEAD, folded=[CAUSE])

    assert await needs_claimed(persistence.other_queue) == ["ahead"]


async def test_what_the_resolver_wants_for_another_reason_is_not_lost_with_the_worker(
    persistence: Persistence,
) -> None:
    await take(persistence, AHEAD, lease=AT_ONCE)

    await want(persistence, AHEAD, folded=["something else"])

    assert await needs_claimed(persistence.other_queue) == ["ahead"]


async def test_what_is_given_back_before_its_cause_is_folded_is_wanted_anew(
    persistence: Persistence,
) -> None:
    [lease] = await take(persistence, AHEAD)
    await persistence.queue.release([lease])
    before = await needs_claimed(persistence.other_queue)

    await want(persistence, AHEAD, folded=[CAUSE])

    assert before == []
    assert await needs_claimed(persistence.other_queue) == ["ahead"]


async def test_who_waits_for_work_is_woken_for_what_was_given_back(
    persistence: Persistence,
) -> None:
    [lease] = await take(persistence, AHEAD)
    await persistence.queue.release([lease])
    await claim(persistence.other_queue)

    await want(persistence, AHEAD, folded=[CAUSE])
    await persistence.other_queue.wait_for_work(NEVER_WITHIN_A_TEST)

    assert await needs_claimed(persistence.other_queue) == ["ahead"]
