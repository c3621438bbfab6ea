"""handler_worker: who is next, and how many jobs are worth having."""

import asyncio
from dataclasses import replace

import pytest

from llama.ports.tasks import Lease
from services.handler_worker.jobs import Job
from services.handler_worker.waiting_line import LEAST_GATHERED_S, MOST_PER_SLOT, WaitingLine
from tests.unit.services.test_handler_worker import a_task


def a_job(need: str, *, priority: int = 0, cause: Job | None = None) -> Job:
    task = replace(a_task(need), priority=priority)
    return Job(task, None if cause else Lease(task, "w1", 1), cause)


async def order_of(line: WaitingLine, *jobs: Job) -> list[str]:
    for job in jobs:
        line.add(job)
    return [(await line.next()).task.need for _ in jobs]


async def test_the_most_urgent_is_next_and_of_equals_the_first() -> None:
    line = WaitingLine(2)

    order = await order_of(line, a_job("n1"), a_job("n2", priority=3), a_job("n3"))

    assert order == ["n2", "n1", "n3"]


async def test_what_continues_an_event_comes_before_what_begins_another() -> None:
    line, made = WaitingLine(2), a_job("n0")

    order = await order_of(line, a_job("n1"), a_job("n2", cause=made))

    assert order == ["n2", "n1"]


async def test_nobody_gets_what_was_dropped_or_led_to_by_what_was_dropped() -> None:
    line, dropped = WaitingLine(2), a_job("n1")
    dropped.is_dropped = True
    for job in (dropped, a_job("n2", cause=dropped), a_job("n3", cause=a_job("n0", cause=dropped))):
        line.add(job)
    line.add(a_job("n4"))

    async with asyncio.timeout(5):
        assert (await line.next()).task.need == "n4"


def test_a_worker_that_knows_nothing_of_its_runs_claims_as_many_as_it_has_slots() -> None:
    assert WaitingLine(3).room == 3


async def test_slots_that_are_taken_leave_less_room() -> None:
    line = WaitingLine(3)
    await order_of(line, a_job("n1"), a_job("n2"))

    before, _ = line.room, line.leave()

    assert (before, line.room) == (1, 2)


@pytest.mark.parametrize(("run_s", "room"), [(0.001, 2 * 51), (0.01, 2 * 11), (0.2, 2)])
def test_short_runs_are_claimed_in_stock_and_long_ones_are_not(run_s: float, room: int) -> None:
    line = WaitingLine(2)

    line.note(run_s)

    assert line.room == room <= 2 * (1 + MOST_PER_SLOT)


async def test_a_stock_is_filled_up_again_when_it_is_half_gone() -> None:
    line = WaitingLine(1)
    line.note(0.01)
    for number in range(6):
        line.add(a_job(f"n{number}"))

    full = line.room
    for _ in range(2):
        await line.next()
        line.leave()

    assert (full, line.room) == (0, 7)


def test_after_a_job_has_waited_in_vain_there_is_no_stock() -> None:
    line = WaitingLine(2)
    line.note(0.001)

    line.note_delay(0.25)

    assert line.room == 2


def test_nobody_waits_long_for_runs_of_which_nothing_is_known() -> None:
    assert WaitingLine(2).gathering_s == LEAST_GATHERED_S


@pytest.mark.parametrize(
    ("run_s", "gathering_s"), [(0.001, 0.02), (0.004, 0.08), (0.04, 0.1), (1.0, 0.01)]
)
def test_what_ends_gathers_while_short_runs_end(run_s: float, gathering_s: float) -> None:
    line = WaitingLine(2)

    line.note(run_s)

    assert line.gathering_s == pytest.approx(gathering_s)
