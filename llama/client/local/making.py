"""Makes what an event needs, here and now, until nothing is left that can be made."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias

from llama.client.local.stopping import Stopping
from llama.domain.assessment import Need
from llama.domain.resolve import Run, decide
from llama.domain.states import EventState, Outcome
from llama.domain.work import Task, task_for
from llama.ports.artifacts import Artifacts
from llama.ports.clock import Clock
from llama.ports.runner import Runner
from llama.runtime.reporting import keep, report_of
from schemas.facts import Fact, FileFailed, FileGenerated

Result: TypeAlias = FileGenerated | FileFailed
Tell: TypeAlias = Callable[[Sequence[Fact]], EventState]
"""Writes facts to the event's log and returns the state after them."""


@dataclass(slots=True)
class Making:
    """One session of work on an event: several runs at a time, each result a fact."""

    runner: Runner
    artifacts: Artifacts
    clock: Clock
    tell: Tell
    at_once: int = 2
    """How many handlers run at the same time."""
    made: list[str] = field(default_factory=list[str])
    """The handlers whose files were made, in order."""
    tried: set[str] = field(default_factory=set[str])
    """The handlers that have run, whatever came of it."""
    stopping: Stopping = field(default_factory=Stopping)
    _running: dict["asyncio.Task[Result]", Need] = field(
        default_factory=dict["asyncio.Task[Result]", Need]
    )

    def make(self, state: EventState, wanted: Collection[str]) -> EventState:
        """Run what the event needs, of these handlers only; return the state after.

        Blocks until nothing is left that may run now; failures cool down and are not waited for.
        Interrupted, it leaves no run behind.
        """
        # A notebook has a loop of its own in this thread.
        with ThreadPoolExecutor(1, thread_name_prefix="llama-making") as thread:
            try:
                # An interrupt may come as soon as the thread lives, before there is a future.
                return thread.submit(asyncio.run, self._make(state, wanted)).result()
            except BaseException:
                self.stopping.stop()
                raise

    async def _make(self, state: EventState, wanted: Collection[str]) -> EventState:
        if not self.stopping.begin(_canceller()):
            return state
        try:
            self._begin(state, wanted)
            while self._running:
                state = await self._conclude(state)
                self._begin(state, wanted)
            return state
        finally:
            # From here on whoever stops it could only hinder its end.
            self.stopping.end()
            await self._kill()

    def _begin(self, state: EventState, wanted: Collection[str]) -> None:
        busy = {need.id for need in self._running.values()}
        now = self.clock.now()
        for run in decide(state, now).runs:
            need = run.need
            is_due = run.not_before is None or run.not_before <= now
            is_wanted = need.handler.name in wanted
            if is_due and is_wanted and need.id not in busy and len(self._running) < self.at_once:
                self.tried.add(need.handler.name)
                task = task_for(run, state, cause=_cause(state, run))
                self._running[asyncio.create_task(self._run(task))] = need

    async def _run(self, task: Task) -> Result:
        outcome = await self.runner.run(task)
        ended = self.clock.now()
        await keep([outcome], self.artifacts)
        return report_of(task, outcome, ended=ended)

    async def _conclude(self, state: EventState) -> EventState:
        done, _ = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        for finished in done:
            del self._running[finished]
            result = finished.result()
            state = self.tell([result])
            if isinstance(result, FileGenerated) and state.outcome is Outcome.APPLIED:
                self.made.append(result.handler)
        return state

    async def _kill(self) -> None:
        """Leave no run behind when one of them could not even be carried out."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running.clear()


def _canceller() -> Callable[[], object]:
    """Return what cancels the present task from another thread."""
    loop, work = asyncio.get_running_loop(), asyncio.current_task()
    return lambda: loop.call_soon_threadsafe(work.cancel) if work else None


def _cause(state: EventState, run: Run) -> str:
    """Return the fact that a run goes back to: the newest that brought one of its inputs."""
    files = {name.partition("#")[0] for name in run.need.inputs}
    stored = [state.files[file] for file in files if file in state.files]
    newest = max(stored, key=lambda one: (one.at, one.fact), default=None)
    return newest.fact if newest else ""
