"""How a process begins and ends: signals stop it gracefully, its parent's death stops it too."""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable

import structlog

_PR_SET_PDEATHSIG = 1

_log = structlog.get_logger()


def die_with_parent() -> None:
    """Have this process terminated when its parent dies (Linux; elsewhere it lives on)."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit("the parent process is gone")


def run_until_stopped(live: Callable[[], Awaitable[None]]) -> int | None:
    """Run until it ends by itself or SIGTERM or SIGINT asks it to, and clean up.

    Return the signal that stopped it; None if it ended by itself.
    """
    return asyncio.run(_until_stopped(live))


async def _until_stopped(live: Callable[[], Awaitable[None]]) -> int | None:
    living = asyncio.ensure_future(live())
    received: list[int] = []

    def stop(number: int) -> None:
        received.append(number)
        living.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    try:
        await living
    except asyncio.CancelledError:
        if not received:
            raise
        _log.info("stopped")
    return received[0] if received else None
