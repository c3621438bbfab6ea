"""Tries again while a server is away: waiting is not failing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from llama.domain.errors import Unavailable
from llama.ports.telemetry import Watch
from llama.runtime.unwatched import UNWATCHED

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
"""Longer would only delay the recovery that an operator is waiting for."""

Result = TypeVar("Result")
_log = structlog.get_logger()


async def persist(
    doing: str, action: Callable[[], Awaitable[Result]], *, watch: Watch = UNWATCHED
) -> Result:
    """Do something until it is not refused as Unavailable any more, with growing pauses.

    Who watches is told that it is held up, and when it goes on.
    """
    pause = FIRST_PAUSE_S
    try:
        while True:
            try:
                return await action()
            except Unavailable as error:
                _log.warning("server_unavailable", doing=doing, error=str(error), retry_in_s=pause)
                watch.held_up(doing, str(error))
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
    finally:
        watch.goes_on(doing)
