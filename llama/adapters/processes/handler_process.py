"""A child process, seen from its parent."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from llama.adapters.processes.link import Link
from llama.adapters.processes.outlet import Serve
from llama.adapters.processes.protocol import FOR_HANDLERS, Reply, Request
from llama.adapters.processes.workspace import RunFolder, Workspace, remove
from llama.domain.errors import Misconfigured, PipelineError, Unavailable

_START_S = 120.0
"""Importing a pipeline takes under a second; a cold disk or a busy machine many."""
_LEAVE_S = 5.0
"""An idle child leaves at once when its parent hangs up."""
_LOG_BYTES = 16 * 1024

_ENVIRONMENT = {
    # Equal inputs have to give equal bytes: no random set order, no dates of the day.
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "0",
    "TZ": "UTC",
    "MPLBACKEND": "Agg",
    # One run uses one core; threads of their own would also count against the memory limit.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # Modules are found where the parent finds them, not in the folder of a run.
    "PYTHONSAFEPATH": "1",
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How children are started."""

    pipeline: str
    memory_bytes: int
    workspace: Workspace

    def environment(self) -> Mapping[str, str]:
        """Return the child's environment: the parent's, of our settings those for handlers."""
        ours = {
            name: value
            for name, value in os.environ.items()
            if name in FOR_HANDLERS or not name.startswith("LLAMA_")
        }
        path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
        cache = {"MPLCONFIGDIR": str(self.workspace.work / "matplotlib")}
        return ours | _ENVIRONMENT | cache | {"PYTHONPATH": path}


class _Watch(asyncio.SubprocessProtocol):
    """Keeps the end of what a child prints, and notices its death."""

    def __init__(self) -> None:
        self.printed = bytearray()
        self.exited = asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:  # noqa: ARG002 - there is one
        self.printed += data
        del self.printed[:-_LOG_BYTES]

    def process_exited(self) -> None:
        self.exited.set()


@dataclass(eq=False)
class HandlerProcess:
    """A running child: asked one thing at a time, killed with all that it started."""

    _transport: asyncio.SubprocessTransport
    _watch: _Watch
    _link: Link
    folder: Path
    """Where its runs have their folders; gone when the child is."""
    runs: int = 0
    resident_bytes: int = 0
    descriptors: int = 0
    is_spent: bool = False
    """It must not run anything again: it died, was killed, or is in the middle of something."""
    _is_ended: bool = False
    idle_since: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    @classmethod
    async def start(cls, recipe: Recipe) -> Self:
        """Start a child and wait until it has imported the pipeline.

        PipelineError if that cannot be imported, Misconfigured if its memory does not suffice for
        that, Unavailable if the child does not come up.
        """
        child = await cls._spawn(recipe)
        try:
            async with asyncio.timeout(_START_S):
                reply = await child.hear()
        except TimeoutError as error:
            message = f"a handler process was not ready after {_START_S:.0f} s"
            raise Unavailable(f"{message}: look at the machine's load") from error
        finally:
            if child.is_spent:
                await child.end()
        if reply is None:
            message = f"a handler process ended at its start, {child.how_it_ended()}"
            limit = f"{recipe.memory_bytes / 2**20:.0f} MiB"
            raise Unavailable(f"{message}: look at its memory limit, {limit}\n{child.printed()}")
        if reply.kind != "ready":
            await child.end()
            if reply.error == "memory":
                raise Misconfigured(_too_low(recipe, reply.message))
            raise PipelineError(f"{recipe.pipeline} cannot be loaded: {reply.message}")
        return child

    @classmethod
    async def _spawn(cls, recipe: Recipe) -> Self:
        ours, theirs = socket.socketpair()
        with theirs:
            _, link = await asyncio.get_running_loop().create_connection(Link, sock=ours)
            try:
                transport, watch = await cls._exec(recipe, theirs.fileno())
            except BaseException:
                link.hang_up()
                raise
        folder = recipe.workspace.folder / f"child-{transport.get_pid()}"
        return cls(transport, watch, link, folder)

    @staticmethod
    async def _exec(recipe: Recipe, descriptor: int) -> tuple[asyncio.SubprocessTransport, _Watch]:
        return await asyncio.get_running_loop().subprocess_exec(
            _Watch,
            *(sys.executable, "-m", "llama.adapters.processes.child", str(descriptor)),
            *(str(os.getpid()), str(recipe.memory_bytes), recipe.pipeline),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=(descriptor,),
            cwd=recipe.workspace.work,
            env=recipe.environment(),
            start_new_session=True,
            umask=0o077,
        )

    @property
    def pid(self) -> int:
        """Process id, which is also the id of the process group."""
        return self._transport.get_pid()

    def next_run(self, event: str) -> RunFolder:
        """Return where its next run is to work; the child makes the folder."""
        return RunFolder(f"{self.folder}/run-{self.runs + 1}", event)

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked: it has not ended, and has said nothing unasked."""
        return self._link.is_quiet and not self._watch.exited.is_set()

    async def run(self, request: Request, serve: Serve) -> Reply | None:
        """Ask for a run, and give it what it asks for meanwhile.

        After a lack of memory a child is spent: it may be in any state.
        """
        self.runs += 1
        reply = await self.ask(request)
        while reply is not None and reply.kind == "asks":
            reply = await self._served(reply, serve)
        if reply is not None and reply.error == "memory":
            self.is_spent = True
        return reply

    async def ask(self, request: Request) -> Reply | None:
        """Return the reply; None if the child died instead. Cancelled in between, it is spent."""
        self._watch.printed.clear()
        self._link.say(request.packed())
        return await self.hear()

    async def _served(self, asking: Reply, serve: Serve) -> Reply | None:
        """Give a child what it asks for; who is cancelled meanwhile has a child that is spent."""
        was_spent, self.is_spent = self.is_spent, True
        answer = await serve(asking.asked)
        self.is_spent = was_spent
        self._link.say(answer.line())
        return await self.hear()

    async def hear(self) -> Reply | None:
        """Read a reply. Whoever stops listening before it came has a child that is spent."""
        was_spent, self.is_spent = self.is_spent, True
        reply = await self._link.heard()
        if reply is None:
            self.kill()
            await self._watch.exited.wait()
            return None
        self.is_spent = was_spent
        if reply.descriptors:
            self.resident_bytes, self.descriptors = reply.resident_bytes, reply.descriptors
        return reply

    def how_it_ended(self) -> str:
        """Return in words how the process ended."""
        status = self._transport.get_returncode()
        if status is not None and status < 0:
            return f"killed by {signal.Signals(-status).name}"
        return f"with exit status {status}"

    def printed(self) -> str:
        """Return the end of what it has printed since it was last asked."""
        return self._watch.printed.decode(errors="replace").strip()

    def kill(self) -> None:
        """Kill the process and all that it started."""
        self.is_spent = True
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    async def end(self) -> None:
        """Let an idle child leave, kill any other; return when it is gone. It can be repeated."""
        if self._is_ended:
            return
        self._link.hang_up()
        if not self.is_spent:
            # Should this wait be cut short, the next one does not hope for a voluntary end.
            self.is_spent = True
            with suppress(TimeoutError):
                async with asyncio.timeout(_LEAVE_S):
                    await self._watch.exited.wait()
        self.kill()
        await self._watch.exited.wait()
        self._is_ended = True
        self._transport.close()
        await asyncio.to_thread(remove, self.folder)


def _too_low(recipe: Recipe, message: str) -> str:
    allowed = f"{recipe.memory_bytes / 2**20:.0f} MiB"
    why = f"a handler process may allocate {allowed}, too little to load {recipe.pipeline} with"
    return f"{why}: raise the memory limit (LLAMA_HANDLER_MEMORY_MB)\n{message}"
