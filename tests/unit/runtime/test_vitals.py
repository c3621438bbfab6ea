"""How services get on: told by their loops, judged by a clock that the test sets."""

import asyncio
from dataclasses import dataclass

from llama.domain.errors import Unavailable
from llama.domain.health import PULSE
from llama.runtime.patience import persist
from llama.runtime.vitals import CONSUMING_WITHIN_S, PULSE_WITHIN_S, Vitals, pulsing


@dataclass(slots=True)
class SetSeconds:
    """A steady clock that a test sets."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def reasons(vitals: Vitals) -> list[tuple[str, str]]:
    return [(check.service, check.name) for check in vitals.ready().failing]


def test_a_loop_that_stops_beating_dies_when_its_time_is_over() -> None:
    clock = SetSeconds()
    vitals = Vitals(["projection", "versioning"], clock=clock)
    loops = [vitals.loop(name, name="consuming", within_s=60) for name in ("projection",)]
    for loop in loops:
        loop.beat()

    clock.now += 61

    assert [check.service for check in vitals.live().failing] == ["projection"]
    assert vitals.silences() == {("projection", "consuming"): 61}


def test_all_services_that_have_begun_are_ready() -> None:
    vitals = Vitals(["projection", "versioning"], clock=SetSeconds())

    vitals.begun("projection")
    half = reasons(vitals)
    vitals.begun("versioning")

    assert half == [("versioning", "begun")]
    assert vitals.ready().is_good


def test_a_service_that_has_ended_is_not_ready_and_its_loops_are_forgotten() -> None:
    clock = SetSeconds()
    vitals = Vitals(["versioning"], clock=clock)
    vitals.begun("versioning")
    vitals.loop("versioning", name="consuming", within_s=60).beat()

    vitals.ended("versioning", "it failed")
    clock.now += 1000

    assert reasons(vitals) == [("versioning", "begun")]
    assert vitals.live().is_good


def test_a_loop_of_the_process_is_one_of_each_of_its_services() -> None:
    vitals = Vitals(["projection", "versioning"], clock=SetSeconds())

    vitals.loop(name=PULSE, within_s=30).beat()

    assert set(vitals.silences()) == {("projection", PULSE), ("versioning", PULSE)}


async def test_who_waits_for_a_server_lives_and_is_not_ready_until_it_is_back() -> None:
    clock = SetSeconds()
    vitals = Vitals(["projection"], clock=clock)
    vitals.begun("projection")
    loop = vitals.loop("projection", name="consuming", within_s=CONSUMING_WITHIN_S)
    seen: list[tuple[list[tuple[str, str]], bool]] = []

    async def try_it() -> str:
        clock.now += CONSUMING_WITHIN_S - 1
        seen.append((reasons(vitals), vitals.live().is_good))
        if len(seen) < 3:
            raise Unavailable("PostgreSQL does not answer")
        return "done"

    assert await persist("showing", try_it, watch=loop) == "done"
    away = [("projection", "servers")]
    assert seen == [([], True), (away, True), (away, True)]
    assert vitals.ready().is_good


async def test_a_wait_that_is_cancelled_holds_nobody_up() -> None:
    vitals = Vitals(["projection"], clock=SetSeconds())
    vitals.begun("projection")
    loop = vitals.loop("projection", name="consuming", within_s=60)
    tried = asyncio.Event()

    async def fail() -> None:
        tried.set()
        raise Unavailable("away")

    waiting = asyncio.create_task(persist("showing", fail, watch=loop))
    await tried.wait()
    waiting.cancel()
    await asyncio.wait([waiting])

    assert vitals.ready().is_good


async def test_the_pulse_of_a_process_beats_while_its_loop_goes_on() -> None:
    clock = SetSeconds()
    vitals = Vitals(["gateway"], clock=clock)
    async with pulsing(vitals):
        begun = vitals.live().is_good
        clock.now += PULSE_WITHIN_S + 1
        silent = vitals.live().is_good
        async with asyncio.timeout(30):
            while not vitals.live().is_good:
                await asyncio.sleep(0)

    assert (begun, silent) == (True, False)
