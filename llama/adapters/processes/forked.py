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
from datetime import datetime
from pathlib import Path

from llama.adapters.processes.fork import Fork
from llama.adapters.processes.protocol import Reply, Request, reply_from
from llama.adapters.processes.runner import outcome_of
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
            await folder.place(task, self._artifacts)
            request = replace(_request(task, folder, now=self._clock.now()), outbox=self._outbox)
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
        line = await hearing  # at the latest the fork's death has ended it
        fork.end()
    wall_s = time.monotonic() - began
    if line is None:
        return _with_output("timeout", f"killed after {task.handler.timeout_s:g} s", wall_s, fork)
    reply = _read(line)
    if reply is None:
        return _with_output("crash", f"its process ended, {fork.how_it_ended()}", wall_s, fork)
    return await asyncio.to_thread(outcome_of, reply, task, folder, wall_s=wall_s)


def _request(task: Task, folder: RunFolder, *, now: datetime) -> Request:
    return Request(
        do="run",
        handler=task.handler.name,
        code=task.handler.code,
        inputs=str(folder.inputs),
        outputs=str(folder.outputs),
        flags=task.flags,
        now=now.isoformat(),
        notice=task.notice,
    )


def _read(line: bytes) -> Reply | None:
    """Return a reply; None if it was cut short, or something else wrote in its place."""
    try:
        return reply_from(line) if line.endswith(b"\n") else None
    except (ValueError, TypeError):
        return None


def _with_output(error: RunError, message: str, wall_s: float, fork: Fork) -> NotMade:
    """Add what it printed last: often the only trace of what it was doing."""
    printed = fork.printed()[-1000:]
    told = f"{message}; it last printed: {printed}" if printed else message
    return NotMade(error, told, wall_s)
