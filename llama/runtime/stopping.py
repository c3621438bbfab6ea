"""Ends what has begun, before one stops."""

import asyncio
from collections.abc import Coroutine

FINISH_WITHIN_S = 3.0
"""A server that is away must not keep a process that was asked to stop."""


async def to_its_end(action: Coroutine[object, object, None]) -> None:
    """Do something; if this is cancelled meanwhile, give it a moment to come to its end first."""
    begun = asyncio.ensure_future(action)
    try:
        await asyncio.shield(begun)
    except asyncio.CancelledError:
        await asyncio.wait([begun], timeout=FINISH_WITHIN_S)
        if not begun.done():
            begun.cancel()
            await asyncio.wait([begun])
        if not begun.cancelled():
            begun.exception()  # looked at: nobody else is there to hear of it
        raise
