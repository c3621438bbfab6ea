"""Read your writes: wait until the tables that answer questions show what is on the log."""

import asyncio

from llama.domain.position import Position
from llama.ports.following import Following

LOOK_EVERY_S = 1.0
"""Word of something new may be lost with a connection."""


async def wait(position: str, *, timeout: float | None = None) -> None:
    """Return when everything before a position on the log is shown in lists, pages and statuses.

    A position is that of a change (`change.message.position`), of a heartbeat, or an id of
    `llama watch`. TimeoutError after so many seconds; NoPosition if it is none; Unavailable if the
    database does not answer. It is that of LLAMA_DATABASE_URL, or of the system under LLAMA_HOME.
    """
    from llama.client.workshop import open_following

    wanted = Position.of(position)
    async with asyncio.timeout(timeout), open_following() as following:
        await shown(following, wanted)


async def shown(following: Following, wanted: Position) -> None:
    """Return when everything before a position is shown."""
    while True:
        heard = following.heard
        if not wanted.is_ahead_of(await following.position()):
            return
        await following.wait(seen=heard, timeout_s=LOOK_EVERY_S)
