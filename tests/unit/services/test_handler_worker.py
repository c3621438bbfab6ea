"""handler_worker: a leased task becomes a run, and the run one fact."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from llama.adapters.memory.ledger import MemoryLedger
from llama.domain.digests import digest_bytes
from llama.domain.errors import ArtifactMissing, Unavailable
from llama.domain.work import Task
from llama.ports.runner import RunOutcome
from schemas.facts import FileFailed, FileGenerated
from schemas.files import HandlerSpec
from services.handler_worker.reactions import Worker
from tests.support.facts import EVENT, START, a_handler
from tests.support.memory_system import (
    MemorySystem,
    ScriptedRunner,
    made,
    made_from,
    not_made,
    until,
)
from tests.unit.services.failing import FailingLog

GRAPH = "alert -> skymap -> plot"


@dataclass(slots=True)
class HeldRunner:
    """Holds every run until it is let go, and says who was cancelled meanwhile."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    started: list[str] = field(default_factory=list[str])
    cancelled: list[str] = field(default_factory=list[str])
    now: int = 0
    most: int = 0
    """How many runs there were at the same time."""

    async def run(self, task: Task) -> RunOutcome:
        self.started.append(task.need)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled.append(task.need)
            raise
        finally:
            self.now -= 1
        return made_from(task)


@dataclass(slots=True)
class BusyRunner:
    """Has no room at first."""

    refusals: int = 1
    asked: int = 0

    async def run(self, task: Task) -> RunOutcome:
        self.asked += 1
        if self.asked <= self.refusals:
            raise Unavailable("no handler process can be had")
        return made_from(task)


class RunnerWithoutInput:
    """Finds that an input is gone."""

    async def run(self, task: Task) -> RunOutcome:
        raise ArtifactMissing("there is no artifact abc: put it first")


def a_task(need: str = "n1", *, failures: int = 0, handler: HandlerSpec | None = None) -> Task:
    """Build a task; an attempt more than failures can tell was superseded by another result."""
    return Task(
        event=EVENT,
        need=need,
        attempt=failures + 2 if failures else 1,
        failures=failures,
        handler=handler or a_handler("skymap"),
        inputs={"alert.json#whole": "a" * 64},
        contents=(),
        cause="adoption",
    )


async def want(system: MemorySystem, tasks: Sequence[Task]) -> None:
    async with MemoryLedger(system.store).transaction("dependency_resolver") as transaction:
        await transaction.tasks.want({EVENT: tasks})


@asynccontextmanager
async def working(worker: Worker) -> AsyncGenerator[asyncio.Task[None]]:
    """Let a worker work within the block."""
    async with asyncio.TaskGroup() as group:
        life = group.create_task(worker.work())
        yield life
        life.cancel()


async def report_of(system: MemorySystem, task: Task) -> FileGenerated | FileFailed:
    """Let a worker carry out one task, and return what it says on the log."""
    await want(system, [task])
    async with working(system.worker()):
        await until(lambda: is_done(system), "the task is done")
    [fact] = system.facts()
    assert isinstance(fact, FileGenerated | FileFailed)
    return fact


def is_done(system: MemorySystem) -> bool:
    return all(row.is_done for row in system.store.tasks.values())


def leased(system: MemorySystem) -> list[str]:
    rows = system.store.tasks.values()
    return [row.task.need for row in rows if row.worker and not row.is_done]


async def test_a_run_that_went_well_is_reported_with_its_files() -> None:
    aspect = digest_bytes(b"pixels")
    runner = ScriptedRunner({"skymap": [made(b"a map", pixels=aspect)]})

    fact = await report_of(MemorySystem.of(GRAPH, runner=runner), a_task())

    assert isinstance(fact, FileGenerated)
    assert (fact.id, fact.cause, fact.need, fact.attempt) == ("n1.1", "adoption", "n1", 1)
    assert (fact.handler, fact.code, fact.inputs) == ("skymap", "1", a_task().inputs)
    assert (fact.occurred_at, fact.wall_s) == (START, 0.25)
    [content] = fact.files
    assert (content.file, content.size) == ("skymap.json", 5)
    assert content.aspects == {"whole": content.digest, "pixels": aspect}


async def test_the_bytes_of_a_file_are_kept_under_its_digest() -> None:
    system = MemorySystem.of(GRAPH, runner=ScriptedRunner({"skymap": [made(b"a map")]}))

    fact = await report_of(system, a_task())

    assert isinstance(fact, FileGenerated)
    assert await system.artifacts.get(fact.files[0].digest) == b"a map"


@pytest.mark.parametrize(("failures", "pause_s"), [(0, 2), (1, 4), (2, 8), (3, 16)])
async def test_the_cool_down_doubles_with_every_failure(failures: int, pause_s: int) -> None:
    runner = ScriptedRunner({"skymap": [not_made("timeout", "too slow")]})
    task = a_task(failures=failures)

    fact = await report_of(MemorySystem.of(GRAPH, runner=runner), task)

    assert isinstance(fact, FileFailed)
    assert (fact.id, fact.attempt) == (task.result_id, task.attempt)
    assert (fact.error, fact.message) == ("timeout", "too slow")
    assert fact.retry_at == START + timedelta(seconds=pause_s)


@pytest.mark.parametrize(("cool_down_s", "failures"), [(2.0, 70), (2.0, 5000), (1e13, 0)])
async def test_no_cool_down_is_longer_than_a_day(cool_down_s: float, failures: int) -> None:
    patient = {"cool_down_s": cool_down_s, "max_attempts": 10_000}
    handler = a_handler("skymap").model_copy(update=patient)
    runner = ScriptedRunner({"skymap": [not_made()]})

    fact = await report_of(
        MemorySystem.of(GRAPH, runner=runner), a_task(failures=failures, handler=handler)
    )

    assert isinstance(fact, FileFailed)
    assert fact.retry_at == START + timedelta(days=1)


@pytest.mark.parametrize("cool_down_s", [0.001, 0.5, 3600.0])
async def test_the_first_pause_is_never_zero(cool_down_s: float) -> None:
    handler = a_handler("skymap").model_copy(update={"cool_down_s": cool_down_s})
    runner = ScriptedRunner({"skymap": [not_made()]})

    fact = await report_of(MemorySystem.of(GRAPH, runner=runner), a_task(handler=handler))

    assert isinstance(fact, FileFailed)
    assert fact.retry_at == START + timedelta(seconds=cool_down_s) > START


async def test_the_last_attempt_fails_for_good() -> None:
    handler = a_handler("skymap").model_copy(update={"max_attempts": 3})
    runner = ScriptedRunner({"skymap": [not_made()]})

    fact = await report_of(
        MemorySystem.of(GRAPH, runner=runner), a_task(failures=2, handler=handler)
    )

    assert isinstance(fact, FileFailed)
    assert fact.retry_at is None


async def test_a_permanent_error_fails_for_good_at_once() -> None:
    runner = ScriptedRunner({"skymap": [not_made("permanent", "no such map")]})

    fact = await report_of(MemorySystem.of(GRAPH, runner=runner), a_task())

    assert isinstance(fact, FileFailed)
    assert (fact.error, fact.retry_at) == ("permanent", None)


async def test_an_input_that_cannot_be_had_is_a_failure_of_the_run() -> None:
    fact = await report_of(MemorySystem.of(GRAPH, runner=RunnerWithoutInput()), a_task())

    assert isinstance(fact, FileFailed)
    assert (fact.error, "no artifact abc" in fact.message) == ("exception", True)
    assert fact.retry_at is not None


async def test_a_run_that_could_not_begin_is_begun_again_and_is_no_failure() -> None:
    runner = BusyRunner()

    fact = await report_of(MemorySystem.of(GRAPH, runner=runner), a_task())

    assert isinstance(fact, FileGenerated)
    assert runner.asked == 2


async def test_a_worker_that_is_stopped_while_it_has_no_room_gives_its_lease_back() -> None:
    runner = BusyRunner(refusals=10)
    system = MemorySystem.of(GRAPH, runner=runner)
    await want(system, [a_task()])

    async with working(system.worker()):
        await until(lambda: runner.asked == 1, "the run was refused")

    assert (leased(system), system.facts()) == ([], [])


async def test_a_long_complaint_is_cut() -> None:
    runner = ScriptedRunner({"skymap": [not_made(message="x" * 50_000)]})

    fact = await report_of(MemorySystem.of(GRAPH, runner=runner), a_task())

    assert isinstance(fact, FileFailed)
    assert len(fact.message) == 2000


async def test_a_result_is_published_when_the_log_is_back() -> None:
    system = MemorySystem.of(GRAPH)
    system.log = away = FailingLog(system.records)

    fact = await report_of(system, a_task())

    assert isinstance(fact, FileGenerated)
    assert away.attempts == 2


async def test_a_run_whose_lease_is_lost_is_cancelled_and_not_reported() -> None:
    runner = HeldRunner()
    system = MemorySystem.of(GRAPH, runner=runner)
    await want(system, [a_task()])

    async with working(system.worker(lease_s=0.03)):
        await until(lambda: runner.started == ["n1"], "the run has started")
        await want(system, [])
        await until(lambda: runner.cancelled == ["n1"], "the run is cancelled")

    assert system.facts() == []


async def test_a_lost_run_makes_room_for_the_next_task() -> None:
    runner = HeldRunner()
    system = MemorySystem.of(GRAPH, runner=runner)
    await want(system, [a_task("n1")])

    async with working(system.worker(capacity=1, lease_s=0.03)):
        await until(lambda: runner.started == ["n1"], "the first run has started")
        await want(system, [a_task("n2")])
        await until(lambda: runner.started == ["n1", "n2"], "the second run has started")
        runner.go.set()
        await until(lambda: is_done(system), "the second run is done")

    assert [fact.id for fact in system.facts()] == ["n2.1"]


async def test_leases_are_kept_for_as_long_as_a_run_takes() -> None:
    runner = HeldRunner()
    system = MemorySystem.of(GRAPH, runner=runner)
    await want(system, [a_task()])

    async with working(system.worker(lease_s=0.03)):
        await until(lambda: runner.started == ["n1"], "the run has started")
        [row] = system.store.tasks.values()
        row.due_at = START
        await until(lambda: row.due_at > START, "the lease is extended")

    assert runner.started == ["n1"]


async def test_a_worker_that_is_stopped_gives_its_leases_back() -> None:
    runner = HeldRunner()
    system = MemorySystem.of(GRAPH, runner=runner)
    await want(system, [a_task("n1"), a_task("n2")])

    async with working(system.worker("w1")):
        await until(lambda: len(leased(system)) == 2, "both tasks are leased")
    assert (leased(system), sorted(runner.cancelled), system.facts()) == ([], ["n1", "n2"], [])
    runner.go.set()
    async with working(system.worker("w2")):
        await until(lambda: is_done(system), "another worker has done them")

    assert sorted(fact.id for fact in system.facts()) == ["n1.1", "n2.1"]


async def test_a_worker_runs_no_more_at_once_than_it_may() -> None:
    runner = HeldRunner()
    system = MemorySystem.of(GRAPH, runner=runner)
    await want(system, [a_task(f"n{number}") for number in range(7)])

    async with working(system.worker(capacity=3)):
        await until(lambda: len(runner.started) == 3, "three runs have started")
        assert len(leased(system)) == 3
        runner.go.set()
        await until(lambda: is_done(system), "all are done")

    assert (runner.most, len(system.facts())) == (3, 7)


async def test_two_workers_share_the_tasks_between_them() -> None:
    runner = HeldRunner()
    system = MemorySystem.of(GRAPH, runner=runner)
    await want(system, [a_task(f"n{number}") for number in range(4)])

    async with working(system.worker("w1")), working(system.worker("w2")):
        await until(lambda: len(runner.started) == 4, "all have started")
        runner.go.set()
        await until(lambda: is_done(system), "all are done")

    assert sorted(runner.started) == ["n0", "n1", "n2", "n3"]


async def test_tasks_of_other_code_are_left_to_others() -> None:
    runner = ScriptedRunner()
    system = MemorySystem.of(GRAPH, runner=runner)
    newer = replace(a_task("n2"), handler=a_handler("skymap", code="2"))
    await want(system, [newer, a_task("n1")])

    async with working(system.worker()):
        await until(lambda: len(system.facts()) == 1, "one task is done")

    assert [task.need for task in runner.ran] == ["n1"]


async def test_a_task_that_comes_while_the_worker_waits_is_taken_at_once() -> None:
    system = MemorySystem.of(GRAPH)
    loop = asyncio.get_running_loop()

    async with working(system.worker()):
        for number in range(3):
            began = loop.time()
            await want(system, [a_task(f"n{number}")])
            await until(lambda: is_done(system), "it is done")
            assert loop.time() - began < 4, "only the five-second look has found it"

    assert [fact.id for fact in system.facts()] == ["n0.1", "n1.1", "n2.1"]


async def test_a_task_that_was_withdrawn_while_it_was_reported_does_no_harm() -> None:
    """The resolver may read the result before the worker closes the task."""
    runner = HeldRunner()
    system = MemorySystem.of(GRAPH, runner=runner)
    await want(system, [a_task("n1")])

    async with working(system.worker()) as life:
        await until(lambda: runner.started == ["n1"], "the run has started")
        await want(system, [])
        runner.go.set()
        await until(lambda: len(system.facts()) == 1, "it is reported")
        await want(system, [a_task("n2")])
        await until(lambda: len(system.facts()) == 2, "the worker goes on")
        assert not life.done()
