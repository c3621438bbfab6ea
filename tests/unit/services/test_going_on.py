"""handler_worker goes on with what its results make ready before the resolver has read them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from llama.adapters.memory.artifacts import MemoryArtifacts
from llama.adapters.memory.store import MemoryStore
from llama.adapters.memory.tasks import MemoryTaskQueue
from llama.domain.digests import Digest
from llama.domain.work import Task
from llama.ports.runner import RunOutcome
from llama.ports.tasks import Lease
from llama.runtime.recent import RecentArtifacts
from schemas.facts import FileGenerated
from services.handler_worker.horizon import Horizon
from services.handler_worker.reactions import Worker
from tests.support.facts import EVENT
from tests.support.memory_system import MemorySystem, ScriptedRunner, made_from, not_made, until
from tests.support.notices import a_notice
from tests.unit.services.test_handler_worker import HeldRunner, is_done, leased, working

GRAPH = "alert -> skymap -> plot; skymap -> info; plot, info -> summary"
ALL = ["skymap", "plot", "info", "summary"]


async def a_system(graph: str = GRAPH, runner: ScriptedRunner | None = None) -> MemorySystem:
    """Bring a notice, so that its event's first task is wanted; the resolver then stands still."""
    system = MemorySystem.of(graph, runner=runner or ScriptedRunner())
    await system.send(a_notice())
    await system.follow("trigger_ingest", "dependency_resolver", "dependency_resolver")
    return system


def made_in(system: MemorySystem) -> list[FileGenerated]:
    return [fact for fact in system.facts() if isinstance(fact, FileGenerated)]


def handlers_of(facts: Sequence[FileGenerated]) -> list[str]:
    return [fact.handler for fact in facts]


async def worked(system: MemorySystem, *names: str, worker: Worker | None = None) -> None:
    """Let a worker work until the files of some handlers are reported and nothing is under way."""
    async with working(worker or system.worker()):
        await until(
            lambda: set(names) <= {*handlers_of(made_in(system))} and is_done(system),
            f"{', '.join(names)} are made",
        )


async def test_a_worker_makes_a_whole_event_while_the_resolver_stands_still() -> None:
    system = await a_system()

    await worked(system, *ALL)

    assert sorted(handlers_of(made_in(system))) == sorted(ALL)


async def test_a_result_is_never_told_before_what_led_to_it() -> None:
    system = await a_system()

    await worked(system, *ALL)

    told = [fact.id for fact in system.facts()]
    assert all(told.index(fact.cause) < told.index(fact.id) for fact in made_in(system))


async def test_the_resolver_agrees_with_all_of_it_and_wants_nothing_more() -> None:
    system = await a_system()
    await worked(system, *ALL)

    await system.follow("dependency_resolver")

    assert system.store.tasks == {}
    state = system.store.states["dependency_resolver", EVENT]
    assert {state.made[name].fact for name in ALL} == {fact.id for fact in made_in(system)}


async def test_what_the_resolver_reads_in_between_leads_to_no_second_run() -> None:
    runner = ScriptedRunner()
    system = await a_system(runner=runner)

    async with working(system.worker()):
        while len(made_in(system)) < len(ALL) or not is_done(system):
            await system.follow("dependency_resolver")
            await asyncio.sleep(0)

    assert sorted(task.handler.name for task in runner.ran) == sorted(ALL)


class SlowTable(MemoryTaskQueue):
    """Takes its time for what is taken ahead."""

    def __init__(self, store: MemoryStore, go: asyncio.Event) -> None:
        super().__init__(store)
        self.go = go

    async def take_ahead(
        self, worker: str, tasks: Sequence[Task], *, lease: timedelta
    ) -> Sequence[Lease]:
        await self.go.wait()
        return await super().take_ahead(worker, tasks, lease=lease)


async def test_a_result_is_never_told_before_any_of_those_that_it_was_made_from() -> None:
    """A join may follow upon the last of its inputs while another one still lacks its lease."""
    runner = LongRuns("last")
    system = await a_system("alert -> one -> two -> three -> four -> join; alert -> last -> join")
    system.runner = runner
    worker, go = system.worker(), asyncio.Event()
    worker.carrying = replace(worker.carrying, queue=SlowTable(system.store, go), runner=runner)

    async with working(worker):
        await until(lambda: {"four", "last"} <= {*runner.ran, *runner.held}, "the chain has run")
        runner.go.set()
        await until(lambda: "join" in runner.ran, "the join has run")
        go.set()
        await until(lambda: is_done(system) and len(made_in(system)) == 6, "all is told")
    await system.follow("dependency_resolver")

    assert system.store.tasks == {}
    assert handlers_of(made_in(system))[-1] == "join"


async def test_a_failure_leads_to_nothing_ahead() -> None:
    system = await a_system(runner=ScriptedRunner({"skymap": [not_made()]}))

    async with working(system.worker()):
        await until(lambda: is_done(system), "the run is reported")

    assert made_in(system) == []


def short_sighted(worker: Worker, *handlers: str) -> Worker:
    """Have a worker go on with these handlers only."""
    horizon = Horizon(worker.carrying.horizon.states, [(name, "1") for name in handlers])
    return replace(worker, carrying=replace(worker.carrying, horizon=horizon))


async def test_what_may_not_go_ahead_waits_for_the_resolver() -> None:
    system = await a_system()

    async with working(short_sighted(system.worker(), "plot", "info")):
        await until(lambda: len(made_in(system)) == 3 and is_done(system), "all but one are made")
        before = handlers_of(made_in(system))
        await system.follow("dependency_resolver")
        await until(lambda: len(made_in(system)) == 4, "that one, too")

    assert "summary" not in before


async def test_what_two_workers_have_made_goes_on_by_the_resolver() -> None:
    """Of a join nobody can be sure who has seen only one of its inputs."""
    system = await a_system()
    await worked(system, "skymap", worker=short_sighted(system.worker("w0")))
    await system.follow("dependency_resolver")
    system.runner = runner = HeldRunner()

    async with working(system.worker("w1", capacity=1)), working(system.worker("w2", capacity=1)):
        await until(lambda: len(runner.started) == 2, "each has one of the two")
        runner.go.set()
        await until(lambda: len(made_in(system)) == 3 and is_done(system), "both are made")
        before = handlers_of(made_in(system))
        await system.follow("dependency_resolver")
        await until(lambda: len(made_in(system)) == 4, "the last one is made as well")

    assert "summary" not in before


@dataclass(slots=True)
class LongRuns:
    """Holds the runs of one handler until it is let go."""

    handler: str
    go: asyncio.Event = field(default_factory=asyncio.Event)
    held: list[str] = field(default_factory=list[str])
    ran: list[str] = field(default_factory=list[str])

    async def run(self, task: Task) -> RunOutcome:
        if task.handler.name == self.handler:
            self.held.append(task.handler.name)
            await self.go.wait()
        self.ran.append(task.handler.name)
        return made_from(task)


async def test_what_there_is_no_room_for_goes_to_others() -> None:
    system = await a_system()
    system.runner = runner = LongRuns("plot")

    async with working(system.worker("w1", capacity=1)):
        await until(lambda: runner.held == ["plot"], "the only slot is taken for long")
        await until(lambda: handlers_of(made_in(system)) == ["skymap"], "the map is told")
        await until(lambda: len(leased(system)) == 1, "the other task is given back")
        await system.follow("dependency_resolver")
        async with working(system.worker("w2", capacity=1)):
            await until(lambda: "info" in handlers_of(made_in(system)), "another worker made it")
        runner.go.set()
        await until(lambda: "plot" in handlers_of(made_in(system)), "the long run is over")


@dataclass(slots=True)
class KeepsLater:
    """A store that keeps nothing until it is let go."""

    store: MemoryArtifacts
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def put(self, content: bytes) -> Digest:
        await self.go.wait()
        return await self.store.put(content)

    async def put_all(self, contents: Sequence[bytes]) -> None:
        await self.go.wait()
        await self.store.put_all(contents)

    async def get(self, digest: str) -> bytes:
        return await self.store.get(digest)

    async def has(self, digest: str) -> bool:
        return await self.store.has(digest)

    async def place(self, digest: str, target: Path) -> None:
        await self.store.place(digest, target)

    def names(self) -> AsyncIterator[Digest]:
        return self.store.names()


@dataclass(slots=True)
class Reader:
    """Reads a task's inputs before it makes anything."""

    artifacts: RecentArtifacts
    ran: list[str] = field(default_factory=list[str])

    async def run(self, task: Task) -> RunOutcome:
        for content in task.contents:
            await self.artifacts.get(content.digest)
        self.ran.append(task.handler.name)
        return made_from(task)


async def test_what_is_made_is_read_at_once_and_told_when_it_is_kept() -> None:
    system = await a_system("alert -> skymap -> plot")
    store = KeepsLater(system.artifacts)
    reader = Reader(RecentArtifacts(store))
    worker = system.worker()
    worker.carrying = replace(worker.carrying, artifacts=reader.artifacts, runner=reader)

    async with working(worker):
        await until(lambda: reader.ran == ["skymap", "plot"], "the plot has read the map")
        told = made_in(system)
        store.go.set()
        await until(lambda: is_done(system), "all is kept, and told")

    assert told == []
    assert handlers_of(made_in(system)) == ["skymap", "plot"]


async def test_a_join_reads_what_was_made_before_though_nothing_is_kept_yet() -> None:
    system = await a_system(GRAPH)
    store = KeepsLater(system.artifacts)
    reader = Reader(RecentArtifacts(store, most_bytes=0))
    worker = system.worker()
    worker.carrying = replace(worker.carrying, artifacts=reader.artifacts, runner=reader)

    async with working(worker):
        await until(lambda: reader.ran[-1:] == ["summary"], "the summary has read both")
        told = made_in(system)
        store.go.set()
        await until(lambda: is_done(system), "all is kept, and told")

    assert told == []


class Refusing(MemoryTaskQueue):
    """A table on which somebody else always has what is to be taken ahead."""

    async def take_ahead(
        self, worker: str, tasks: Sequence[Task], *, lease: timedelta
    ) -> Sequence[Lease]:
        return ()


async def test_what_somebody_else_has_is_not_told_nor_what_would_come_of_it() -> None:
    system = await a_system("alert -> skymap -> plot -> summary")
    worker = system.worker()
    worker.carrying = replace(worker.carrying, queue=Refusing(system.store))

    await worked(system, "skymap", worker=worker)

    assert handlers_of(made_in(system)) == ["skymap"]


async def test_a_worker_that_is_stopped_leaves_nothing_of_what_it_took_ahead() -> None:
    system = await a_system("alert -> skymap -> plot")
    store = KeepsLater(system.artifacts)
    worker, runner = system.worker(), LongRuns("plot")
    carrying = replace(worker.carrying, artifacts=RecentArtifacts(store), runner=runner)
    worker.carrying = carrying

    async with working(worker):
        await until(lambda: runner.held == ["plot"], "the plot is under way")
    left = [(row.task.handler.name, row.worker) for row in system.store.tasks.values()]

    assert left == [("skymap", None)]
    assert made_in(system) == []
