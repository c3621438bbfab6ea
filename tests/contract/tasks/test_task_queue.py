"""What every task queue promises: in memory, on the embedded PostgreSQL and on Debian's."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from llama.adapters.system_clock import SystemClock
from llama.domain.work import Task
from llama.ports.tasks import Lease, TaskQueue
from tests.support.facts import EVENT, START, a_handler
from tests.support.postgres import Persistence

MINUTE = timedelta(minutes=1)
AT_ONCE = timedelta(0)
"""A lease of no length: it has run out when it is given."""
NEVER_WITHIN_A_TEST = timedelta(hours=1)
LONG_AGO = START
FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)
PLOT = ("plot", "1")


def a_task(need: str = "n1", *, event: str = EVENT, handler: str = "plot") -> Task:
    return Task(
        event=event,
        need=need,
        attempt=1,
        handler=a_handler(handler),
        inputs={"skymap.json#whole": "a" * 64, "neutrinos.json#whole": None},
        contents=(),
        cause="f1",
    )


OTHERS = {"S1": "n3", "S2": "n0"}
"""Events with a need each; its name may be that of another event's."""


async def want(persistence: Persistence, *tasks: Task, event: str = EVENT) -> bool:
    async with persistence.ledger.transaction("resolver") as transaction:
        return await transaction.tasks.want({event: tasks})


async def claim(
    queue: TaskQueue, worker: str = "w1", *, limit: int = 10, lease: timedelta = MINUTE
) -> Sequence[Lease]:
    return await queue.claim(worker, handlers=[PLOT], limit=limit, lease=lease)


async def needs_claimed(queue: TaskQueue) -> list[str]:
    return [lease.task.need for lease in await claim(queue)]


async def test_a_wanted_task_is_leased_whole(persistence: Persistence) -> None:
    await want(persistence, a_task())

    [lease] = await claim(persistence.queue)

    assert (lease.task, lease.worker) == (a_task(), "w1")


async def test_says_whether_anything_was_new_to_the_workers(persistence: Persistence) -> None:
    newer = replace(a_task(), notice=f"{EVENT}-2-Initial")
    said = [
        await want(persistence, *tasks)
        for tasks in ([a_task()], [a_task()], [newer], [newer, a_task("n2")], [newer], [])
    ]

    assert said == [True, False, True, True, False, False]


async def test_a_task_that_waits_takes_on_the_name_of_the_newest_notice(
    persistence: Persistence,
) -> None:
    await want(persistence, replace(a_task(), notice=f"{EVENT}-1-Preliminary"))
    await want(persistence, replace(a_task(), notice=f"{EVENT}-2-Initial"))

    [lease] = await claim(persistence.queue)

    assert lease.task.notice == f"{EVENT}-2-Initial"


async def test_tasks_of_many_events_are_wanted_and_withdrawn_together(
    persistence: Persistence,
) -> None:
    others = {event: [a_task(need, event=event)] for event, need in OTHERS.items()}
    await want(persistence, a_task("n0"), a_task("n3"))
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.tasks.want({EVENT: [a_task("n3"), a_task("n4")], **others})
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.tasks.want({**others, "S2": []})

    found = {(lease.task.event, lease.task.need) for lease in await claim(persistence.queue)}

    assert found == {(EVENT, "n3"), (EVENT, "n4"), ("S1", "n3")}


async def test_what_is_wanted_of_a_new_event_comes_with_what_is_left_of_others(
    persistence: Persistence,
) -> None:
    await want(persistence, a_task("n0"), a_task("n1"))
    wanted = {EVENT: [a_task("n1")], "S1": [a_task("n3", event="S1")]}

    async with persistence.ledger.transaction("resolver") as transaction:
        is_news = await transaction.tasks.want(wanted, new=["S1"])

    found = {(lease.task.event, lease.task.need) for lease in await claim(persistence.queue)}
    assert (is_news, found) == (True, {(EVENT, "n1"), ("S1", "n3")})


async def test_a_leased_task_is_not_given_away(persistence: Persistence) -> None:
    await want(persistence, a_task())
    await claim(persistence.queue)

    assert await claim(persistence.other_queue, "w2") == []


async def test_no_two_claimers_get_the_same_task(persistence: Persistence) -> None:
    await want(persistence, *(a_task(f"n{number}") for number in range(40)))

    async def drain(queue: TaskQueue, worker: str) -> list[str]:
        got: list[str] = []
        while leases := await claim(queue, worker, limit=3):
            got += [lease.task.need for lease in leases]
        return got

    queues = (persistence.queue, persistence.other_queue)
    hauls = await asyncio.gather(*(drain(queues[n % 2], f"w{n}") for n in range(6)))

    needs = [need for haul in hauls for need in haul]
    assert sorted(needs) == sorted(f"n{number}" for number in range(40))


async def test_a_task_is_offered_while_it_is_wanted_again(persistence: Persistence) -> None:
    """Nobody would say so afterwards: a worker that did not get it would wait for nothing."""
    await want(persistence, a_task())

    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.tasks.want({EVENT: [a_task(), a_task("n2")]})
        leases = await claim(persistence.queue, limit=1)

    assert [lease.task.need for lease in leases] == ["n1"]


async def test_a_worker_gets_only_its_handlers_at_its_code(persistence: Persistence) -> None:
    newer = replace(a_task("n2"), handler=a_handler("plot", code="2"))
    await want(persistence, a_task("n1"), newer, a_task("n3", handler="skymap"))

    leases = await persistence.queue.claim(
        "w1", handlers=[("plot", "2"), ("skymap", "9")], limit=9, lease=MINUTE
    )

    assert [lease.task.need for lease in leases] == ["n2"]


async def test_no_handlers_no_tasks(persistence: Persistence) -> None:
    await want(persistence, a_task())

    assert await persistence.queue.claim("w1", handlers=[], limit=9, lease=MINUTE) == []


async def test_a_claim_keeps_to_its_limit(persistence: Persistence) -> None:
    await want(persistence, a_task("n1"), a_task("n2"), a_task("n3"))

    assert len(await claim(persistence.queue, limit=2)) == 2
    assert await needs_claimed(persistence.queue) == ["n3"]


async def test_tasks_go_by_priority_and_then_by_age(persistence: Persistence) -> None:
    await want(
        persistence,
        replace(a_task("low"), priority=0),
        replace(a_task("first"), priority=10),
        replace(a_task("second"), priority=10),
    )

    assert await needs_claimed(persistence.queue) == ["first", "second", "low"]


async def test_tasks_go_in_the_order_in_which_they_fell_due(persistence: Persistence) -> None:
    await want(
        persistence,
        a_task("now"),
        replace(a_task("earlier"), not_before=LONG_AGO + MINUTE),
        replace(a_task("earliest"), not_before=LONG_AGO),
    )

    assert await needs_claimed(persistence.queue) == ["earliest", "earlier", "now"]


async def test_a_task_waits_for_its_not_before(persistence: Persistence) -> None:
    await want(persistence, replace(a_task(), not_before=FAR_AHEAD))

    assert await claim(persistence.queue) == []


async def test_what_is_wanted_again_stays_as_it_is(persistence: Persistence) -> None:
    await want(persistence, a_task("n1"), a_task("n2"))
    [lease] = await claim(persistence.queue, limit=1)

    await want(persistence, replace(a_task("n1"), cause="f2"), replace(a_task("n2"), cause="f2"))

    assert await persistence.queue.renew([lease], lease=MINUTE) == [lease]
    assert [other.task.cause for other in await claim(persistence.queue)] == ["f1"]


async def test_a_task_that_becomes_urgent_overtakes(persistence: Persistence) -> None:
    await want(persistence, a_task("n1"), event=EVENT)
    await want(persistence, a_task("n2", event="S2"), event="S2")

    await want(persistence, replace(a_task("n2", event="S2"), priority=10), event="S2")

    leases = await claim(persistence.queue)
    assert [(one.task.need, one.task.priority) for one in leases] == [("n2", 10), ("n1", 0)]


async def test_who_runs_a_task_can_ask_whether_it_is_still_wanted(
    persistence: Persistence,
) -> None:
    await want(persistence, a_task("n1"), a_task("n2"))
    [_, done] = await claim(persistence.queue)
    before = [await persistence.other_queue.is_wanted(a_task(need)) for need in ("n1", "n2")]

    await persistence.queue.finish([done])
    await want(persistence, a_task("n2"))

    assert before == [True, True]
    assert [await persistence.queue.is_wanted(a_task(need)) for need in ("n1", "n2")] == [False] * 2


async def test_what_is_not_wanted_any_more_is_withdrawn(persistence: Persistence) -> None:
    await want(persistence, a_task("n1"), a_task("n2"))

    await want(persistence, a_task("n2"))

    assert await needs_claimed(persistence.queue) == ["n2"]


async def test_one_events_wishes_leave_the_others_alone(persistence: Persistence) -> None:
    await want(persistence, a_task("n1"))

    await want(persistence, event="S2")

    assert await needs_claimed(persistence.queue) == ["n1"]


async def test_the_same_need_of_two_handlers_is_two_tasks(persistence: Persistence) -> None:
    retry = replace(a_task("n1"), attempt=2)
    await want(persistence, a_task("n1"), retry, a_task("n1", handler="skymap"))

    leases = await persistence.queue.claim(
        "w1", handlers=[PLOT, ("skymap", "1")], limit=9, lease=MINUTE
    )

    found = [(one.task.handler.name, one.task.attempt) for one in leases]
    assert found == [("plot", 1), ("plot", 2), ("skymap", 1)]


async def test_a_task_wanted_twice_at_once_is_one_task(persistence: Persistence) -> None:
    await want(persistence, a_task("n1"), a_task("n1"))

    assert await needs_claimed(persistence.queue) == ["n1"]


async def test_a_lease_that_ran_out_is_taken_under_a_higher_fence(
    persistence: Persistence,
) -> None:
    await want(persistence, a_task())
    [lost] = await claim(persistence.queue, lease=AT_ONCE)

    [taken] = await claim(persistence.other_queue, "w2")

    assert taken.task == lost.task
    assert taken.fence > lost.fence


async def test_a_zombie_can_neither_renew_nor_finish_nor_release(
    persistence: Persistence,
) -> None:
    await want(persistence, a_task())
    [zombie] = await claim(persistence.queue, lease=AT_ONCE)
    [heir] = await claim(persistence.other_queue, "w2")

    await persistence.queue.release([zombie])

    assert await persistence.queue.renew([zombie], lease=MINUTE) == []
    assert await persistence.queue.finish([zombie]) == []
    assert await persistence.other_queue.renew([heir], lease=MINUTE) == [heir]


async def test_a_worker_of_the_same_name_is_fenced_as_well(persistence: Persistence) -> None:
    await want(persistence, a_task())
    [zombie] = await claim(persistence.queue, "w1", lease=AT_ONCE)
    await claim(persistence.other_queue, "w1")

    assert await persistence.queue.finish([zombie]) == []


async def test_a_lease_that_ran_out_unnoticed_can_be_renewed(persistence: Persistence) -> None:
    await want(persistence, a_task())
    [lease] = await claim(persistence.queue, lease=AT_ONCE)

    renewed = await persistence.queue.renew([lease], lease=MINUTE)

    assert renewed == [lease]
    assert await claim(persistence.other_queue, "w2") == []


async def test_renewing_returns_only_what_is_held(persistence: Persistence) -> None:
    await want(persistence, a_task("n1"), a_task("n2"))
    leases = await claim(persistence.queue)

    await want(persistence, a_task("n2"))

    assert await persistence.queue.renew(leases, lease=MINUTE) == [leases[1]]


async def test_a_withdrawn_task_is_neither_renewed_nor_finished(persistence: Persistence) -> None:
    await want(persistence, a_task())
    [lease] = await claim(persistence.queue)

    await want(persistence)

    assert await persistence.queue.renew([lease], lease=MINUTE) == []
    assert await persistence.queue.finish([lease]) == []


async def test_a_task_withdrawn_and_wanted_again_has_a_new_fence(persistence: Persistence) -> None:
    await want(persistence, a_task())
    [zombie] = await claim(persistence.queue)
    await want(persistence)
    await want(persistence, a_task())

    [heir] = await claim(persistence.queue)

    assert heir.fence > zombie.fence
    assert await persistence.queue.finish([zombie]) == []


async def test_a_finished_task_stays_done_while_it_is_wanted(persistence: Persistence) -> None:
    await want(persistence, a_task())
    [lease] = await claim(persistence.queue, lease=AT_ONCE)

    assert await persistence.queue.finish([lease]) == [lease]
    await want(persistence, a_task())

    assert await claim(persistence.other_queue, "w2") == []
    assert await persistence.queue.renew([lease], lease=MINUTE) == []


async def test_finishing_may_be_repeated(persistence: Persistence) -> None:
    await want(persistence, a_task())
    [lease] = await claim(persistence.queue)

    answers = [await persistence.queue.finish([lease]) for _ in range(2)]

    assert answers == [[lease], [lease]]


async def test_of_several_that_are_closed_together_those_that_changed_hands_are_left_alone(
    persistence: Persistence,
) -> None:
    await want(persistence, a_task("n1"), a_task("n2"), a_task("n3"))
    first, second = await claim(persistence.queue, limit=2)
    [zombie] = await claim(persistence.queue, lease=AT_ONCE)
    [heir] = await claim(persistence.other_queue, "w2")

    closed = await persistence.queue.finish([zombie, second, first])

    assert list(closed) == [second, first]
    assert await persistence.other_queue.renew([heir], lease=MINUTE) == [heir]


async def test_several_are_given_back_together(persistence: Persistence) -> None:
    await want(persistence, a_task("n1"), a_task("n2"))
    leases = await claim(persistence.queue)

    await persistence.queue.release(list(reversed(leases)))

    assert sorted(await needs_claimed(persistence.other_queue)) == ["n1", "n2"]


async def test_nothing_is_closed_or_given_back_of_no_leases(persistence: Persistence) -> None:
    assert list(await persistence.queue.finish([])) == []
    await persistence.queue.release([])


async def test_a_need_that_comes_back_after_it_was_passed_is_a_new_task(
    persistence: Persistence,
) -> None:
    await want(persistence, a_task())
    [lease] = await claim(persistence.queue)
    await persistence.queue.finish([lease])

    await want(persistence)
    await want(persistence, a_task())

    assert await needs_claimed(persistence.queue) == ["n1"]


async def test_a_released_task_is_taken_at_once(persistence: Persistence) -> None:
    await want(persistence, a_task())
    [lease] = await claim(persistence.queue)

    await persistence.queue.release([lease])

    [taken] = await claim(persistence.other_queue, "w2")
    assert (taken.worker, taken.fence > lease.fence) == ("w2", True)
    assert await persistence.queue.finish([lease]) == []


async def has_begun_to_wait(queue: TaskQueue) -> asyncio.Task[None]:
    """Begin to wait for work where there is none, and see that this does not end by itself."""
    await claim(queue)
    await queue.wait_for_work(AT_ONCE)
    await claim(queue)
    waiting = asyncio.ensure_future(queue.wait_for_work(NEVER_WITHIN_A_TEST))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    assert not done
    return waiting


async def test_waiting_ends_when_a_task_is_wanted(persistence: Persistence) -> None:
    waiting = await has_begun_to_wait(persistence.queue)

    await want(persistence, a_task())

    await asyncio.wait_for(waiting, 30)
    assert await needs_claimed(persistence.queue) == ["n1"]


async def test_waiting_ends_at_once_for_what_came_between(persistence: Persistence) -> None:
    await claim(persistence.queue)
    await persistence.queue.wait_for_work(AT_ONCE)
    await claim(persistence.queue)

    await want(persistence, a_task())

    async with asyncio.timeout(30):
        await persistence.queue.wait_for_work(NEVER_WITHIN_A_TEST)


async def test_waiting_ends_when_a_task_is_released(persistence: Persistence) -> None:
    await want(persistence, a_task())
    [lease] = await claim(persistence.other_queue)
    waiting = await has_begun_to_wait(persistence.queue)

    await persistence.other_queue.release([lease])

    await asyncio.wait_for(waiting, 30)
    assert await needs_claimed(persistence.queue) == ["n1"]


async def test_waiting_ends_when_a_lease_runs_out(persistence: Persistence) -> None:
    await want(persistence, a_task())
    await claim(persistence.other_queue, lease=timedelta(milliseconds=200))

    async with asyncio.timeout(30):
        while not (leases := await claim(persistence.queue)):
            await persistence.queue.wait_for_work(NEVER_WITHIN_A_TEST)

    assert [lease.task.need for lease in leases] == ["n1"]


async def test_waiting_ends_when_a_task_falls_due(persistence: Persistence) -> None:
    soon = SystemClock().now() + timedelta(milliseconds=200)
    await want(persistence, replace(a_task(), not_before=soon))

    async with asyncio.timeout(30):
        while not (leases := await claim(persistence.queue)):
            await persistence.queue.wait_for_work(NEVER_WITHIN_A_TEST)

    assert [lease.task.need for lease in leases] == ["n1"]


async def test_waiting_ends_at_its_timeout(persistence: Persistence) -> None:
    await claim(persistence.queue)
    await persistence.queue.wait_for_work(AT_ONCE)
    await claim(persistence.queue)

    async with asyncio.timeout(30):
        await persistence.queue.wait_for_work(timedelta(milliseconds=20))


async def test_waiting_does_not_end_for_tasks_of_others(persistence: Persistence) -> None:
    """A worker of old code must not spin because a task of new code is due."""
    await want(persistence, a_task(handler="skymap"))
    pause = timedelta(milliseconds=300)

    async with asyncio.timeout(30):
        while await seconds_waited(persistence.queue, pause) < pause.total_seconds():
            pass


async def seconds_waited(queue: TaskQueue, pause: timedelta) -> float:
    clock = asyncio.get_running_loop().time
    await claim(queue)
    began = clock()
    await queue.wait_for_work(pause)
    return clock() - began


async def test_waiting_ends_at_once_after_a_claim_that_may_have_left_some(
    persistence: Persistence,
) -> None:
    await want(persistence, a_task("n1"), a_task("n2"))
    await claim(persistence.queue, limit=1)

    async with asyncio.timeout(30):
        await persistence.queue.wait_for_work(NEVER_WITHIN_A_TEST)

    assert await needs_claimed(persistence.queue) == ["n2"]


async def test_the_running_handlers_of_an_event_are_shown(persistence: Persistence) -> None:
    await want(persistence, a_task("n1"), a_task("n2", handler="skymap"))
    await claim(persistence.queue)

    assert await persistence.models.leased(EVENT) == ["plot"]
    assert await persistence.models.leased("S2") == []


async def test_a_handler_is_not_running_after_its_lease_or_its_end(
    persistence: Persistence,
) -> None:
    await want(persistence, a_task("n1"), a_task("n2"))
    [done] = await claim(persistence.queue, limit=1)
    await persistence.queue.finish([done])
    await claim(persistence.queue, lease=AT_ONCE)

    assert await persistence.models.leased(EVENT) == []
