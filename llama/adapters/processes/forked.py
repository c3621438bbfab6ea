"""Runs handlers in copies of this very process: also classes that no other one could import.

For notebooks and scripts. A copy is made for each run, so nothing that a handler does outlives it;
it can be killed and is bounded in time and memory like the workers' children. What it prints is
kept for the report of its failure.
"""

import asyncio
import shutil
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from llama.adapters.processes.fork import Fork
from llama.adapters.processes.gathering import gathered
from llama.adapters.processes.runner import collected, request_for
from llama.adapters.processes.workspace import RunFolder, remove
from llama.adapters.system_clock import SystemClock
from llama.domain.errors import PipelineError
from llama.domain.handler import FileHandler
from llama.domain.work import Task
from llama.ports.artifacts import Artifacts
from llama.ports.clock import Clock
from llama.ports.runner import NotMade, RunError, RunOutcome

_GIB = 1024**3


class ForkingRunner:
    """Runs handler classes of this process in forks of it, one runner at a time in a folder.

    `memory_bytes` is what a run may allocate beyond what this process holds already; the clock,
    the system's if none is given, tells a handler when it runs; `outbox` is the folder into which
    handlers send: without one they cannot.
    """

    def __init__(
        self,
        handlers: Mapping[str, type[FileHandler]],
        *,
        artifacts: Artifacts,
        work: Path,
        memory_bytes: int = 4 * _GIB,
        clock: Clock | None = None,
        outbox: Path | None = None,
    ) -> None:
        # What a runner that was killed has left; nobody else works here now.
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        self._handlers = handlers
        self._artifacts = artifacts
        self._work = work
        self._memory_bytes = memory_bytes
        self._clock = clock or SystemClock()
        self._outbox = "" if outbox is None else str(outbox.absolute())

    async def run(self, task: Task) -> RunOutcome:
        """Run a task's handler on its inputs; cancelling this kills the run and no other.

        ArtifactMissing or ArtifactCorrupt for an input that cannot be had, PipelineError if there
        is no such handler or it has other code.
        """
        handler = self._handler(task)
        folder = RunFolder.make(self._work, task.event)
        try:
            async with gathered(task, self._artifacts, self._work) as inputs:
                given = inputs.given(folder)
                request = request_for(task, given, folder, now=self._clock.now())
                request = replace(request, outbox=self._outbox)
                fork = Fork.of(handler, request, memory_bytes=self._memory_bytes)
                return await _heard(fork, task, folder)
        finally:
            remove(folder.path)

    def _handler(self, task: Task) -> type[FileHandler]:
        handler = self._handlers.get(task.handler.name)
        if handler is None or task.handler.code != handler.CODE_VERSION:
            wanted = f"{task.handler.name} with code {task.handler.code}"
            raise PipelineError(f"{wanted} is not in the pipeline: use the one that has it")
        return handler


async def _heard(fork: Fork, task: Task, folder: RunFolder) -> RunOutcome:
    began = time.monotonic()
    hearing = asyncio.ensure_future(asyncio.to_thread(fork.hear, began + task.handler.timeout_s))
    try:
        await asyncio.shield(hearing)
    finally:
        fork.kill()
        is_in_time = await hearing  # at the latest the fork's death has ended it
        fork.end()
    wall_s = time.monotonic() - began
    if not is_in_time:
        return _with_output("timeout", f"killed after {task.handler.timeout_s:g} s", wall_s, fork)
    if fork.reply is None:
        return _with_output("crash", f"its process ended, {fork.how_it_ended()}", wall_s, fork)
    return await collected(fork.reply, task, folder, wall_s=wall_s)


def _with_output(error: RunError, message: str, wall_s: float, fork: Fork) -> NotMade:
    """Add what it printed last: often the only trace of what it was doing."""
    printed = fork.printed()[-1000:]
    told = f"{message}; it last printed: {printed}" if printed else message
    return NotMade(error, told, wall_s)
