"""Read your writes: wait until the tables that answer questions show what is on the log."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from llama.client.steady import AGAIN_AFTER_S
from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.position import Position
from llama.ports.following import Following

LOOK_EVERY_S = 1.0
"""Word of something new may be lost with a connection."""


async def wait(position: str, *, timeout: float | None = None) -> None:
    """Return when everything before a position on the log is shown in lists, pages and statuses.

    A position is that of a change (`change.message.position`), of a heartbeat, or an id of
    `llama watch`. TimeoutError after so many seconds; NoPosition if it is none; Unavailable if the
    database does not answer at the beginning: one that goes away later is waited for. It is that of
    LLAMA_DATABASE_URL, or of the system under LLAMA_HOME.
    """
    from llama.client.workshop import open_following

    wanted = Position.of(position)
    async with asyncio.timeout(timeout):
        await shown_somewhere(open_following, wanted)


async def shown_somewhere(
    opening: Callable[[], AbstractAsyncContextManager[Following]],
    wanted: Position,
    *,
    again_after_s: float = AGAIN_AFTER_S,
) -> None:
    """Return when everything before a position is shown, also if the tables move meanwhile.

    Unavailable or Misconfigured if they are not there at the beginning; later they are waited for.
    """
    was_there = False
    while True:
        try:
            async with opening() as following:
                was_there = True
                return await shown(following, wanted)
        except (Unavailable, Misconfigured):
            if not was_there:
                raise
            await asyncio.sleep(again_after_s)


async def shown(following: Following, wanted: Position) -> None:
    """Return when everything before a position is shown."""
    while True:
        heard = following.heard
        if not wanted.is_ahead_of(await following.position()):
            return
        await following.wait(seen=heard, timeout_s=LOOK_EVERY_S)
