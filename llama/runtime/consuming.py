"""The loop of every consumer: batch in, effects out, offset forward; again after any failure."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import structlog

from llama.domain.errors import Fenced, Unavailable
from llama.ports.message_log import Batch, Subscription
from llama.ports.telemetry import Watch
from llama.runtime.patience import persist
from llama.runtime.unwatched import UNWATCHED

Subscribe = Callable[[], AbstractAsyncContextManager[Subscription]]
"""Opens a subscription at the consumer's present position."""
Handle = Callable[[Batch], Awaitable[None]]
"""Gives a batch all its effects; repeating it must be harmless."""

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
        async for batch in subscription.batches():
            await _handle_until_done(handle, batch, watch)
            await subscription.confirm(batch)


async def _handle_until_done(handle: Handle, batch: Batch, watch: Watch) -> None:
    """Repeat one batch in place while a server is away, rather than everything after it."""
    try:
        await handle(batch)
    except Unavailable as error:
        doing = f"handling {batch.topic}[{batch.partition}]"
        watch.held_up(doing, str(error))
        await persist(doing, lambda: handle(batch), watch=watch)
