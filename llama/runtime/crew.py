"""Processes that work beside this one for a while."""

import asyncio
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

Crew = Callable[[], AbstractAsyncContextManager[Callable[[], bool]]]
"""Starts the processes; gives what tells whether all of them are still at work."""

STOP_WITHIN_S = 20.0
"""For a transaction under way; whoever takes longer is killed."""


@asynccontextmanager
async def at_work(commands: Sequence[Sequence[str]]) -> AsyncGenerator[Callable[[], bool]]:
    """Run commands beside each other; at the end they are interrupted and waited for."""
    async with AsyncExitStack() as stack:
        crew = [await stack.enter_async_context(_running(command)) for command in commands]
        yield lambda: all(process.returncode is None for process in crew)


@asynccontextmanager
async def _running(command: Sequence[str]) -> AsyncGenerator[Process]:
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
        except TimeoutError:
            process.kill()
            await process.wait()
