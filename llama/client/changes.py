"""What is announced, in Python: `async for change in llama.subscribe(): ...`.

The address is that of the environment: LLAMA_KAFKA, or the system that runs under LLAMA_HOME.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from types import TracebackType
from typing import Self

from llama.client.subscribing import Change

Item = Change | Exception | None
"""A change; or what ended it: an error, or None for an end as it should be."""


def subscribe(
    *, selection: str | None = None, offset: str | None = None, timeout: float | None = None
) -> "Changes":
    """Go through what is announced, each change once: from now on, or behind an offset.

    `selection` names a standing selection: then it is told which events enter, change in and leave
    that, and nothing else; ValueError if there is none. `offset` is `earliest`, or that of a
    change. `timeout`: seconds of silence after which it ends; 0 ends as soon as everything was told
    that there was at the beginning. Without it, it goes on for ever. NoPosition for an offset that
    is none; Unavailable if there is no server.
    """
    return Changes(_told(selection, offset, timeout))


class Changes(AsyncIterator[Change]):
    """Changes as they come. Whoever has enough breaks the loop, or uses it in `async with`.

    A task of its own holds the connections: a loop that is left has nowhere to close them, but a
    task is ended with its event loop at the latest.
    """

    def __init__(self, told: AsyncGenerator[Change]) -> None:
        self._told = told
        self._items = asyncio.Queue[Item](maxsize=1)
        self._task: asyncio.Task[None] | None = None
        self._is_over = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        if self._is_over:
            raise StopAsyncIteration
        if self._task is None:
            self._task = asyncio.create_task(_pass_on(self._told, self._items))
        item = await self._items.get()
        if isinstance(item, Change):
            return item
        self._is_over = True
        raise StopAsyncIteration if item is None else item

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        self._is_over = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def __del__(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()


async def _pass_on(told: AsyncGenerator[Change], items: "asyncio.Queue[Item]") -> None:
    """Hand over one change after the other, and at last how it ended."""
    try:
        async with aclosing(told):
            async for change in told:
                await items.put(change)
    except Exception as error:  # noqa: BLE001 - it is raised where somebody waits for a change
        await items.put(error)
    else:
        await items.put(None)


async def _told(
    selection: str | None, offset: str | None, timeout: float | None
) -> AsyncGenerator[Change]:
    from llama.client.workshop import open_public

    async with open_public() as subscriber:
        told = subscriber.changes(offset, timeout)
        if selection is not None:
            told = await subscriber.changes_of(selection, offset, timeout)
        async with aclosing(told):
            async for change in told:
                yield change
