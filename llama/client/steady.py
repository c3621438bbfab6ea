"""A subscription that outlives its server: opened again where it stopped, wherever that is now."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Self, TypeAlias

from llama.domain.errors import Misconfigured, Unavailable
from llama.ports.message_log import Haul, Subscription
from schemas.topics import Topic

AGAIN_AFTER_S = 1.0
"""How long nothing is tried after a server was not found."""

Places: TypeAlias = Mapping[tuple[str, int], int]
"""The next offset of each partition."""
Open: TypeAlias = Callable[[Sequence[Topic], Places], AbstractAsyncContextManager[Subscription]]
"""Opens topics; looks up each time where the server is."""
Check: TypeAlias = Callable[[Places], Awaitable[None]]
"""Raises NoPosition if a server that was found again does not have what was read already."""

_log = logging.getLogger(__name__)


class SteadySubscription:
    """What is opened is opened again when its server goes away; use it in `async with`.

    Only a server that is away at the beginning is an error: Unavailable, Misconfigured.
    """

    def __init__(
        self,
        opening: Open,
        topics: Sequence[Topic],
        places: Places,
        *,
        check: Check,
        again_after_s: float = AGAIN_AFTER_S,
    ) -> None:
        self._opening = opening
        self._topics = topics
        self._places = dict(places)
        self._check = check
        self._again_after_s = again_after_s
        self._connections = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._present = await self._open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._connections.aclose()

    async def hauls(self) -> AsyncIterator[Haul]:
        """Go through what comes in, for ever; NoPosition if it is another system that came back."""
        while True:
            try:
                async for haul in self._present.hauls():
                    self._places |= {(one.topic, one.partition): one.end for one in haul}
                    yield haul
            except Unavailable as error:
                _log.warning("server_away at=%s because=%s", self._shown(), error)
            self._present = await self._find()

    async def confirm(self, haul: Haul) -> None:
        """Say that a haul has had all its effects."""
        await self._present.confirm(haul)

    async def _find(self) -> Subscription:
        """Open the topics again, as soon as there is a server."""
        await self._connections.aclose()
        while True:
            try:
                await self._check(self._places)
                found = await self._open()
            except (Unavailable, Misconfigured):
                await asyncio.sleep(self._again_after_s)
            else:
                _log.warning("server_found_again at=%s", self._shown())
                return found

    async def _open(self) -> Subscription:
        opened = self._opening(self._topics, self._places)
        return await self._connections.enter_async_context(opened)

    def _shown(self) -> str:
        return ",".join(f"{topic}:{offset}" for (topic, _), offset in self._places.items())
