"""What every table of timers promises: in memory, on the embedded PostgreSQL and on Debian's."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from llama.adapters.system_clock import SystemClock
from llama.domain.timers import Timer
from llama.ports.timers import DueTimer, TimerQueue
from tests.support.facts import START
from tests.support.postgres import Persistence

NEVER = datetime(2199, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_timer(handler: str = "neutrinos", generation: str = "g1", *, due_at: datetime) -> Timer:
    return Timer(handler, generation, due_at)


async def expect(persistence: Persistence, event: str, *timers: Timer) -> None:
    async with persistence.ledger.transaction("dependency_resolver") as transaction:
        await transaction.timers.expect(event, timers)


async def take(queue: TimerQueue, *, limit: int = 100, again: timedelta = DAY) -> Sequence[object]:
    return list(await queue.take_due(limit=limit, again_after=again))


async def test_what_is_due_is_handed_out_the_earliest_first(persistence: Persistence) -> None:
    first, second = a_timer("b", due_at=START), a_timer("a", due_at=START + HOUR)
    await expect(persistence, "S2", second, a_timer("c", due_at=NEVER))
    await expect(persistence, "S1", first)

    assert await take(persistence.timers) == [DueTimer("S1", first), DueTimer("S2", second)]


async def test_no_more_is_handed_out_than_is_asked_for(persistence: Persistence) -> None:
    timers = [a_timer(generation=f"g{hour}", due_at=START + hour * HOUR) for hour in range(3)]
    await expect(persistence, "S1", *timers)

    taken = [await take(persistence.timers, limit=2) for _ in range(3)]

    assert taken == [[DueTimer("S1", one) for one in timers[:2]], [DueTimer("S1", timers[2])], []]


async def test_of_two_that_ask_one_gets_it(persistence: Persistence) -> None:
    timer = a_timer(due_at=START)
    await expect(persistence, "S1", timer)

    taken = await asyncio.gather(take(persistence.timers), take(persistence.other_timers))

    assert sorted(taken, key=len) == [[], [DueTimer("S1", timer)]]


async def test_what_was_handed_out_comes_again_until_it_is_dropped(
    persistence: Persistence,
) -> None:
    timer = a_timer(due_at=START)
    await expect(persistence, "S1", timer)

    taken = [await take(persistence.timers, again=timedelta(0)) for _ in range(2)]
    await expect(persistence, "S1")

    assert taken == [[DueTimer("S1", timer)]] * 2
    assert await take(persistence.timers, again=timedelta(0)) == []


async def test_an_event_has_the_timers_that_were_last_expected(persistence: Persistence) -> None:
    old, kept = a_timer("a", due_at=START), a_timer("b", due_at=START)
    new = a_timer("a", "g2", due_at=START)
    await expect(persistence, "S1", old, kept)
    await expect(persistence, "S2", old)

    await expect(persistence, "S1", kept, new)

    taken = await take(persistence.timers)
    assert sorted(map(str, taken)) == sorted(
        map(str, (DueTimer("S1", kept), DueTimer("S1", new), DueTimer("S2", old)))
    )


async def test_a_timer_that_is_expected_again_does_not_ring_anew(persistence: Persistence) -> None:
    timer = a_timer(due_at=START)
    await expect(persistence, "S1", timer)
    await take(persistence.timers)

    await expect(persistence, "S1", timer)

    assert await take(persistence.timers) == []


async def test_who_has_not_looked_yet_does_not_wait(persistence: Persistence) -> None:
    await asyncio.wait_for(persistence.timers.wait_for_due(DAY), timeout=30)


async def test_a_new_timer_wakes_who_waits(persistence: Persistence) -> None:
    await settle(persistence.timers)
    waiting = asyncio.ensure_future(persistence.timers.wait_for_due(DAY))
    await asyncio.sleep(0)

    await expect(persistence, "S1", a_timer(due_at=NEVER))

    await asyncio.wait_for(waiting, timeout=30)


async def test_who_waits_goes_on_when_a_timer_falls_due(persistence: Persistence) -> None:
    soon = a_timer(due_at=SystemClock().now() + timedelta(seconds=0.3))
    await expect(persistence, "S1", soon, a_timer("never", due_at=NEVER))
    await settle(persistence.timers)

    taken: Sequence[object] = []
    while not taken:
        await asyncio.wait_for(persistence.timers.wait_for_due(DAY), timeout=30)
        taken = await take(persistence.timers)

    assert taken == [DueTimer("S1", soon)]


@pytest.mark.parametrize("timers", [[], [a_timer(due_at=NEVER)]])
async def test_waiting_has_an_end(persistence: Persistence, timers: list[Timer]) -> None:
    await expect(persistence, "S1", *timers)
    await settle(persistence.timers)

    await persistence.timers.wait_for_due(timedelta(milliseconds=50))

    assert await take(persistence.timers) == []


async def settle(queue: TimerQueue) -> None:
    """Look until nothing more is heard of what has happened before."""
    for _ in range(2):
        await take(queue)
        await queue.wait_for_due(timedelta(milliseconds=50))
    await take(queue)
