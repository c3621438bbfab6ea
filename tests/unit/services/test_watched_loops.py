"""The loops of services tell whoever watches that they go on: at work, idle, and held up."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from llama.adapters.memory.timers import MemoryTimerQueue
from llama.domain.health import Place
from services.dependency_resolver import expiring
from services.dependency_resolver.expiring import Alarm
from services.handler_worker import reactions
from tests.support.memory_system import MemorySystem, until
from tests.unit.services.failing import FailingLog
from tests.unit.services.test_handler_worker import (
    GRAPH,
    HeldRunner,
    a_task,
    is_done,
    want,
    working,
)

SOON = timedelta(milliseconds=5)


@dataclass(slots=True)
class Notes:
    """What a loop has told."""

    beats: int = 0
    held_up_by: list[str] = field(default_factory=list[str])

    def beat(self) -> None:
        self.beats += 1

    def held_up(self, doing: str, why: str) -> None:
        self.held_up_by.append(f"{doing}: {why}")

    def goes_on(self, doing: str) -> None:
        self.held_up_by = [told for told in self.held_up_by if not told.startswith(doing)]

    def follows(self, lags: Mapping[Place, int]) -> None:
        raise AssertionError("it follows no topic")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reactions, "IDLE", SOON)
    monkeypatch.setattr(expiring, "IDLE", SOON)


async def beats_on(notes: Notes) -> None:
    seen = notes.beats
    await until(lambda: notes.beats > seen + 3, "it beats on")


async def test_a_worker_without_work_beats() -> None:
    worker, notes = MemorySystem.of(GRAPH).worker(), Notes()
    worker.claiming = notes

    async with working(worker):
        await beats_on(notes)


async def test_a_worker_whose_children_are_all_busy_beats() -> None:
    runner, notes = HeldRunner(), Notes()
    system = MemorySystem.of(GRAPH, runner=runner)
    worker = system.worker(capacity=1)
    worker.claiming = notes
    await want(system, [a_task("n1"), a_task("n2")])

    async with working(worker):
        await until(lambda: runner.started != [], "a run has begun")
        await beats_on(notes)
        assert len(runner.started) == 1
        runner.go.set()
        await until(lambda: is_done(system), "both are done")


async def test_a_worker_that_renews_leases_beats() -> None:
    worker, notes = MemorySystem.of(GRAPH).worker(lease_s=0.03), Notes()
    worker.renewing = notes

    async with working(worker):
        await beats_on(notes)


async def test_a_result_that_cannot_be_published_yet_is_told_of() -> None:
    system, notes = MemorySystem.of(GRAPH), Notes()
    system.log = FailingLog(system.records, failures=2)
    worker = system.worker()
    worker.carrying = replace(worker.carrying, watch=notes)
    await want(system, [a_task()])

    async with working(worker):
        await until(lambda: notes.held_up_by != [], "it is told")
        told = list(notes.held_up_by)
        await until(lambda: is_done(system), "the task is done")

    assert told == ["publishing a result: the log is away"]
    assert notes.held_up_by == []


async def test_an_alarm_with_nothing_to_ring_for_beats() -> None:
    system, notes = MemorySystem.of(GRAPH), Notes()
    alarm = Alarm(MemoryTimerQueue(system.store), system.log, notes)
    watching = asyncio.create_task(alarm.watch())

    await beats_on(notes)
    watching.cancel()
