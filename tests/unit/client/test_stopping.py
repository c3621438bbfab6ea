"""Stopping work in another thread: whichever comes first, and whatever comes after."""

import asyncio
from dataclasses import dataclass, field
from threading import Barrier, Thread

import pytest

from llama.adapters.memory.artifacts import MemoryArtifacts
from llama.client.local.making import Making
from llama.client.local.stopping import Stopping
from llama.domain.states import EventState
from llama.domain.work import Task
from llama.ports.runner import RunOutcome
from tests.support.facts import Story
from tests.support.memory_system import SetClock


@dataclass
class Walk:
    """Goes through a Stopping step by step, and remembers what came of it."""

    stopping: Stopping = field(default_factory=Stopping)
    begun: list[bool] = field(default_factory=list[bool])
    stopped: int = 0

    def take(self, step: str) -> None:
        match step:
            case "begin":
                self.begun.append(self.stopping.begin(self._stop))
            case "end":
                self.stopping.end()
            case _:
                self.stopping.stop()

    def _stop(self) -> None:
        self.stopped += 1


@pytest.mark.parametrize(
    ("steps", "begun", "stopped"),
    [
        ("begin", [True], 0),
        ("begin end", [True], 0),
        ("begin stop", [True], 1),
        ("begin stop stop", [True], 1),
        ("begin stop end", [True], 1),
        ("begin end stop", [True], 0),
        ("stop begin", [False], 0),
        ("stop begin stop", [False], 0),
        ("stop begin end stop", [False], 0),
    ],
)
def test_work_is_stopped_once_if_it_has_begun_and_never_begins_after_that(
    steps: str, begun: list[bool], stopped: int
) -> None:
    walk = Walk()

    for step in steps.split():
        walk.take(step)

    assert (walk.begun, walk.stopped) == (begun, stopped)


def test_of_two_threads_one_always_has_its_way() -> None:
    for _ in range(200):
        walk, together = Walk(), Barrier(2)

        def take(step: str, walk: Walk = walk, together: Barrier = together) -> None:
            together.wait()
            walk.take(step)

        threads = [Thread(target=take, args=(step,)) for step in ("begin", "stop")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (walk.begun, walk.stopped) in [([True], 1), ([False], 0)]


@dataclass
class Endless:
    """Runs without end, and has itself stopped as soon as it runs."""

    making: Making | None = None
    seen: list[str] = field(default_factory=list[str])

    async def run(self, task: Task) -> RunOutcome:
        self.seen.append("began")
        assert self.making is not None
        self.making.stopping.stop()
        try:
            await asyncio.Event().wait()
        finally:
            self.seen.append("killed")
        raise AssertionError("nothing sets the event")


@pytest.fixture
def state() -> EventState:
    story = Story()
    story.notice()
    return story.state


def a_making(state: EventState, runner: Endless) -> Making:
    def tell(facts: object) -> EventState:
        raise AssertionError(f"{facts} of {state.event} came of a run that was stopped")

    runner.making = Making(runner, MemoryArtifacts(), SetClock(), tell)
    return runner.making


def test_making_that_is_stopped_before_its_thread_has_begun_runs_nothing(
    state: EventState,
) -> None:
    runner = Endless()
    making = a_making(state, runner)

    making.stopping.stop()

    assert making.make(state, ["skymap", "plot"]) == state
    assert runner.seen == []
    assert making.tried == set()


def test_making_that_is_stopped_while_a_handler_runs_kills_the_run(state: EventState) -> None:
    runner = Endless()
    making = a_making(state, runner)

    with pytest.raises(asyncio.CancelledError):
        making.make(state, ["skymap", "plot"])

    assert runner.seen == ["began", "killed"]
    assert making.made == []
