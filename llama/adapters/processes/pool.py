"""The children that there are: lent out one run at a time, replaced when they are worn out."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import structlog

from llama.adapters.processes.handler_process import HandlerProcess, Recipe
from llama.adapters.processes.protocol import Request
from llama.domain.errors import LlamaError, Unavailable

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Wear:
    """When a child has served long enough."""

    runs: int = 20_000
    """For leaks that nobody measures. Importing a pipeline again takes half a second of CPU: for
    so many runs that is 0.02 ms each, a fiftieth of what a small file may cost."""
    descriptors: int = 256
    """Files, and connections, that runs have left open; the system allows 1024 or more."""
    resident_bytes: int = 512 * 1024 * 1024
    """What one large map leaves behind need not be kept for ever."""
    idle_s: float = 300.0
    """Seconds after which all idle children but one are ended."""


class ProcessPool:
    """At most so many children; each is lent to one run at a time."""

    def __init__(self, recipe: Recipe, *, size: int, wear: Wear) -> None:
        self._recipe = recipe
        self._size = size
        self._wear = wear
        self._slots = asyncio.Semaphore(size)
        self._idle: list[HandlerProcess] = []
        self._lent: set[HandlerProcess] = set()
        self._children: set[HandlerProcess] = set()
        self._group = asyncio.TaskGroup()
        self._background: set[asyncio.Task[None]] = set()
        self._modules: tuple[str, ...] = ()
        self.is_closing = False

    async def __aenter__(self) -> Self:
        """Start the first child: a pipeline that cannot be imported is found here."""
        self._idle.append(await self._new())
        await self._group.__aenter__()
        self._in_background(self._reap())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all children; those that are still at work are killed."""
        self.is_closing = True
        for task in self._background:
            task.cancel()
        for child in self._lent:
            child.kill()
        await self._group.__aexit__(None, None, None)
        # Once all slots are ours, all runs have seen the death of their child.
        for _ in range(self._size):
            await self._slots.acquire()
        await asyncio.gather(*(self._end(child) for child in tuple(self._children)))

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the children that there are now."""
        return tuple(child.pid for child in self._children)

    @asynccontextmanager
    async def lend(self) -> AsyncGenerator[HandlerProcess]:
        """Lend a child for a run; wait while all are at work."""
        await self._slots.acquire()
        try:
            if self.is_closing:
                raise Unavailable("the runner is stopping: run the task again")
            child = await self._waiting() or await self._new()
        except BaseException:
            self._slots.release()
            raise
        self._lent.add(child)
        try:
            yield child
        finally:
            self._lent.remove(child)
            await self._take_back(child)

    async def warm(self, modules: tuple[str, ...]) -> None:
        """Start all children and have them import some modules, now and whenever one is new."""
        self._modules = modules
        async with AsyncExitStack() as all_of_them:
            children = [
                await all_of_them.enter_async_context(self.lend()) for _ in range(self._size)
            ]
            await asyncio.gather(*(self._prepare(child) for child in children))

    async def _prepare(self, child: HandlerProcess) -> None:
        if not self._modules:
            return
        reply = await child.ask(Request("warm", modules=self._modules))
        if reply is None:
            message = f"a handler process ended while importing modules, {child.how_it_ended()}"
            raise Unavailable(f"{message}: look at its memory limit")
        if reply.kind != "warm":
            _log.warning("handler_process_not_warm", error=reply.message)

    async def _waiting(self) -> HandlerProcess | None:
        while self._idle:
            child = self._idle.pop()
            if child.is_alive:
                return child
            await self._end(child)
        return None

    async def _new(self) -> HandlerProcess:
        child = await HandlerProcess.start(self._recipe)
        self._children.add(child)
        try:
            await self._prepare(child)
        except BaseException:
            await self._end(child)
            raise
        return child

    async def _end(self, child: HandlerProcess) -> None:
        """End a child; one whose ending was interrupted is ended when the pool is."""
        await child.end()
        self._children.discard(child)

    async def _take_back(self, child: HandlerProcess) -> None:
        child.idle_since = asyncio.get_running_loop().time()
        if self._is_fit(child):
            self._idle.append(child)
            self._slots.release()
        elif self.is_closing:
            await self._end(child)
            self._slots.release()
        else:
            # Not by the work itself: cancelled before its first step it would never do so.
            work = self._in_background(self._replace(child))
            work.add_done_callback(lambda _: self._slots.release())

    def _is_fit(self, child: HandlerProcess) -> bool:
        return (
            not child.is_spent
            and child.is_alive
            and child.runs < self._wear.runs
            and child.resident_bytes < self._wear.resident_bytes
            and child.descriptors < self._wear.descriptors
        )

    async def _replace(self, child: HandlerProcess) -> None:
        """Put a new child into the slot of a worn one, ahead of the next run."""
        try:
            await self._end(child)
            self._idle.append(await self._new())
        except LlamaError as error:
            _log.warning("handler_process_not_replaced", error=str(error))

    def _in_background(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = self._group.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def _reap(self) -> None:
        while True:
            await asyncio.sleep(self._wear.idle_s / 4)
            too_long = asyncio.get_running_loop().time() - self._wear.idle_s
            # The last in the list was used last: the first ones have been idle longest.
            while len(self._idle) > 1 and self._idle[0].idle_since < too_long:
                await self._end(self._idle.pop(0))
