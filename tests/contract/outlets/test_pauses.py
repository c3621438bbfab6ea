"""What every switch of publication promises: in memory and in every PostgreSQL."""

import asyncio
from datetime import timedelta

from llama.domain.work import Task
from tests.support.facts import EVENT, a_handler
from tests.support.postgres import Persistence

MINUTE = timedelta(minutes=1)
WORK = ("plot", "notice")
PUBLISHING = ("notice",)


def a_task(handler: str) -> Task:
    spec = a_handler(handler)
    return Task(EVENT, "n1", 1, spec, inputs={}, contents=(), cause="f1")


async def want(persistence: Persistence, *names: str) -> None:
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.tasks.want({EVENT: [a_task(name) for name in names]})


async def claimed(persistence: Persistence) -> set[str]:
    leases = await persistence.other_queue.claim(
        "w",
        handlers=[(name, "1") for name in WORK],
        limit=10,
        lease=MINUTE,
        publishing=PUBLISHING,
    )
    return {lease.task.handler.name for lease in leases}


async def test_at_first_publication_goes_on(persistence: Persistence) -> None:
    assert await persistence.pauses.paused() is None
    assert await persistence.pauses.resume(by="ada", reason="") is None


async def test_a_pause_says_who_why_and_since_when(persistence: Persistence) -> None:
    pause = await persistence.pauses.pause(by="ada", reason="the topic moves")

    assert await persistence.other_pauses.paused() == pause
    assert (pause.by, pause.reason) == ("ada", "the topic moves")
    assert pause.since.tzinfo is not None
    assert "paused by ada" in str(pause)


async def test_the_first_pause_stays_whoever_else_wants_one(persistence: Persistence) -> None:
    both = persistence.pauses, persistence.other_pauses
    said = [one.pause(by=f"w{number}", reason="now") for number, one in enumerate(both)]

    first, second = await asyncio.gather(*said)

    assert first == second == await persistence.pauses.paused()


async def test_it_can_be_paused_again_after_it_went_on(persistence: Persistence) -> None:
    pause = await persistence.pauses.pause(by="ada", reason="one")
    over = await persistence.other_pauses.resume(by="eva", reason="done")

    again = await persistence.pauses.pause(by="eva", reason="two")

    assert over == pause
    assert (again.by, again.reason) == ("eva", "two")


async def test_while_paused_tasks_that_publish_stay_and_others_do_not(
    persistence: Persistence,
) -> None:
    await want(persistence, *WORK)
    await persistence.pauses.pause(by="ada", reason="night")
    during = await claimed(persistence)
    await persistence.pauses.resume(by="ada", reason="morning")

    assert during == {"plot"}
    assert await claimed(persistence) == {"notice"}


async def test_going_on_wakes_a_worker(persistence: Persistence) -> None:
    await want(persistence, "notice")
    await persistence.pauses.pause(by="ada", reason="night")
    assert await claimed(persistence) == set()
    waiting = asyncio.ensure_future(persistence.other_queue.wait_for_work(timedelta(hours=1)))

    await persistence.pauses.resume(by="ada", reason="morning")
    await waiting

    assert await claimed(persistence) == {"notice"}
