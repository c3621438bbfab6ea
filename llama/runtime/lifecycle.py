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


def run_until_stopped(live: Callable[[], Awaitable[None]]) -> None:
    """Run until it ends by itself or SIGTERM or SIGINT asks it to; then clean up and return."""
    asyncio.run(_until_stopped(live))


async def _until_stopped(live: Callable[[], Awaitable[None]]) -> None:
    living = asyncio.ensure_future(live())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, living.cancel)
    try:
        await living
    except asyncio.CancelledError:
        _log.info("stopped")
