"""Runs tasks in the pool's children, with a deadline, and tells what became of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter, ValidationError

from llama.adapters.processes.gathering import Gathering, gathered
from llama.adapters.processes.handler_process import HandlerProcess, Recipe
from llama.adapters.processes.inputs import Given
from llama.adapters.processes.outlet import serving
from llama.adapters.processes.pool import ProcessPool, Wear
from llama.adapters.processes.protocol import MAX_TEXT, Reply, Request
from llama.adapters.processes.workspace import RunFolder, Workspace, remove
from llama.adapters.system_clock import SystemClock
from llama.domain.digests import WHOLE, Digest
from llama.domain.errors import PipelineError, Unavailable
from llama.domain.outlet import Sender
from llama.domain.work import Task
from llama.ports.artifacts import Artifacts
from llama.ports.outlet import Dispatch, always
from llama.ports.runner import Made, MadeFile, NotMade, RunOutcome
from schemas.base import Moment, Sha256
from schemas.files import AspectName

_ASPECTS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[AspectName, Sha256])
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
_GIB = 1024**3


async def _any(task: Task) -> bool:  # noqa: ARG001 - whichever it is
    return await always()


class ProcessRunner:
    """Runs handlers of a pipeline in child processes; use it in `async with`.

    On entering: PipelineError if the module `pipeline` has no importable PIPELINE.
    """

    def __init__(
        self,
        pipeline: str,
        *,
        artifacts: Artifacts,
        work: Path,
        processes: int = 2,
        memory_bytes: int = _GIB,
        wear: Wear | None = None,
    ) -> None:
        self._artifacts = artifacts
        self._workspace = Workspace(work.absolute())
        recipe = Recipe(pipeline, memory_bytes, self._workspace)
        self._pool = ProcessPool(recipe, size=processes, wear=wear or Wear())
        self._clock = SystemClock()
        self._dispatch: Dispatch | None = None
        self._wanted: Callable[[Task], Awaitable[bool]] = _any
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Sweep the work folder and start the first child."""
        async with AsyncExitStack() as opening:
            await asyncio.to_thread(self._workspace.__enter__)
            opening.push_async_callback(
                asyncio.to_thread, self._workspace.__exit__, None, None, None
            )
            await opening.enter_async_context(self._pool)
            self._open = opening.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the children and remove the folders; runs still under way raise Unavailable."""
        await self._open.aclose()

    def sends_by(
        self, dispatch: Dispatch, wanted: Callable[[Task], Awaitable[bool]] = _any
    ) -> Self:
        """Have handlers send what they have to tell through this; without it they cannot.

        Of a task that is not `wanted` any more nothing is sent.
        """
        self._dispatch, self._wanted = dispatch, wanted
        return self

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the children that there are now."""
        return self._pool.pids

    async def warm(self, *modules: str) -> None:
        """Start all children and import modules that handlers import late, ahead of a run."""
        await self._pool.warm(modules)

    async def run(self, task: Task) -> RunOutcome:
        """Run a task's handler on its inputs; cancelling this kills the run and no other.

        ArtifactMissing or ArtifactCorrupt for an input that cannot be had, PipelineError if the
        pipeline has no such handler or other code, Unavailable if no child can be had.
        """
        gathering = gathered(task, self._artifacts, self._workspace.folder)
        async with gathering as inputs, self._pool.lend() as child:
            return await self._run(task, inputs, child)

    async def _run(self, task: Task, inputs: Gathering, child: HandlerProcess) -> RunOutcome:
        clock = asyncio.get_running_loop()
        began = clock.time()
        folder = child.next_run(task.event)
        request = request_for(task, inputs.given(folder), folder, now=self._clock.now())
        sender = Sender(task.event, task.handler.name)
        serve = serving(self._dispatch, sender, partial(self._wanted, task))
        try:
            async with asyncio.timeout(task.handler.timeout_s):
                reply = await child.run(request, serve)
        except TimeoutError:
            child.kill()
            message = f"killed after {task.handler.timeout_s:g} s"
            return _with_output(NotMade("timeout", message, clock.time() - began), child)
        finally:
            if child.is_spent:
                await child.end()
        wall_s = clock.time() - began
        if reply is None:
            return self._crashed(child, wall_s)
        return await collected(reply, task, folder, wall_s=wall_s)

    def _crashed(self, child: HandlerProcess, wall_s: float) -> NotMade:
        if self._pool.is_closing:
            raise Unavailable("the runner stopped in the middle of a run: run the task again")
        message = f"its process ended, {child.how_it_ended()}"
        return _with_output(NotMade("crash", message, wall_s), child)


def request_for(task: Task, given: Given, folder: RunFolder, *, now: datetime) -> Request:
    """Return the request for a run of a task in a folder."""
    return Request(
        do="run",
        handler=task.handler.name,
        code=task.handler.code,
        inputs=given.folder,
        placed=given.placed,
        outputs=folder.outputs,
        flags=task.flags,
        now=now.isoformat(),
        notice=task.notice,
        files=given.files,
    )


async def collected(reply: Reply, task: Task, folder: RunFolder, *, wall_s: float) -> RunOutcome:
    """Return what a reply says; what it has left in its folder is taken from there."""
    if not reply.left:
        return outcome_of(reply, task, folder, wall_s=wall_s)
    try:
        return await asyncio.to_thread(outcome_of, reply, task, folder, wall_s=wall_s)
    finally:
        await asyncio.to_thread(remove, folder.path)


def outcome_of(reply: Reply, task: Task, folder: RunFolder, *, wall_s: float) -> RunOutcome:
    """Return what a reply says; PipelineError if the child could not take the task."""
    if reply.kind == "refused":
        raise PipelineError(f"{reply.message}: deploy one pipeline to all services")
    if reply.kind != "made":
        return NotMade(reply.error or "exception", reply.message[:MAX_TEXT], wall_s)
    try:
        contents = folder.collect(task, reply)
        files = tuple(
            MadeFile(content, _checked(reply.aspects.get(name, {})))
            for name, content in zip(task.handler.files, contents, strict=True)
        )
        valid_until = _moment(reply.valid_until)
    except (ValueError, OSError) as error:
        return NotMade("bad_output", f"{task.handler.name}: {error}", wall_s)
    return Made(files, wall_s, valid_until)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return _MOMENT.validate_python(text)
    except ValidationError as error:
        raise ValueError(f"valid_until is {text}: give a time with its zone") from error


def _checked(aspects: Mapping[str, str]) -> dict[str, Digest]:
    if WHOLE in aspects:
        raise ValueError(f"the aspect {WHOLE!r} is made for every file: leave it out")
    try:
        checked = _ASPECTS.validate_python(dict(aspects))
    except ValidationError as error:
        wrong = ", ".join(str(part["loc"][0]) for part in error.errors())
        raise ValueError(f"aspects need lower-case names and SHA-256 digests: {wrong}") from error
    return {name: Digest(digest) for name, digest in checked.items()}


def _with_output(failed: NotMade, child: HandlerProcess) -> NotMade:
    """Add what the process printed last: often the only trace of what it was doing."""
    printed = child.printed()[-1000:]
    if not printed:
        return failed
    return NotMade(failed.error, f"{failed.message}; it last printed: {printed}", failed.wall_s)
