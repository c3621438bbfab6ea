"""The loop of every consumer: a haul in, effects out, offsets forward; again after any failure."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import structlog

from llama.domain.errors import Fenced, Unavailable
from llama.ports.message_log import Haul, Subscription
from llama.ports.telemetry import Watch
from llama.runtime.patience import persist
from llama.runtime.unwatched import UNWATCHED

Subscribe = Callable[[], AbstractAsyncContextManager[Subscription]]
"""Opens a subscription at the consumer's present position."""
Handle = Callable[[Haul], Awaitable[None]]
"""Gives a haul all its effects; repeating it must be harmless."""

FENCED_PAUSE_S = 0.5
"""Two instances with one share would otherwise chase each other as fast as they can."""

_CONSUMING = "consuming"
_log = structlog.get_logger()


async def consume(
    subscribe: Subscribe,
    handle: Handle,
    *,
    on_start: Callable[[], None] = lambda: None,
    watch: Watch = UNWATCHED,
) -> None:
    """Consume for ever; a server that goes away is waited for, a lost race is started over."""

    async def follow() -> None:
        await _follow(subscribe, handle, on_start, watch)

    while True:
        try:
            await persist(_CONSUMING, follow, watch=watch)
        except Fenced as error:
            _log.warning("consumer_fenced", error=str(error), again_in_s=FENCED_PAUSE_S)
            await asyncio.sleep(FENCED_PAUSE_S)


async def _follow(
    subscribe: Subscribe, handle: Handle, on_start: Callable[[], None], watch: Watch
) -> None:
    watch.beat()
    async with subscribe() as subscription:
        watch.goes_on(_CONSUMING)
        on_start()
        async for haul in subscription.hauls():
            await _handle_until_done(handle, haul, watch)
            await subscription.confirm(haul)


async def _handle_until_done(handle: Handle, haul: Haul, watch: Watch) -> None:
    """Repeat one haul in place while a server is away, rather than everything after it."""
    try:
        await handle(haul)
    except Unavailable as error:
        doing = f"handling {', '.join(f'{one.topic}[{one.partition}]' for one in haul)}"
        watch.held_up(doing, str(error))
        await persist(doing, lambda: handle(haul), watch=watch)
