"""A fetch that waits at the end of one or more partitions."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llama.embedded.broker.log import PartitionLog


class Waiter:
    """Is done when enough bytes have arrived, time is up, or a partition it watches goes away."""

    def __init__(self, missing_bytes: int, *, timeout_s: float) -> None:
        loop = asyncio.get_running_loop()
        self._missing = missing_bytes
        self._done: asyncio.Future[None] = loop.create_future()
        self._timer = loop.call_later(timeout_s, self.finish)

    def arrived(self, count: int) -> None:
        """Take note that bytes were appended to a partition this fetch waits for."""
        self._missing -= count
        if self._missing <= 0:
            self.finish()

    def finish(self) -> None:
        """Stop waiting."""
        if not self._done.done():
            self._done.set_result(None)

    async def wait(self) -> None:
        """Wait; cancelling is safe."""
        try:
            await self._done
        finally:
            self._timer.cancel()


@contextmanager
def registered(waiter: Waiter, logs: Iterable[PartitionLog]) -> Generator[Waiter]:
    """Let the partitions tell the waiter about new bytes, for as long as the block lasts."""
    watched = tuple(logs)
    for log in watched:
        log.waiters.add(waiter)
    try:
        yield waiter
    finally:
        for log in watched:
            log.waiters.discard(waiter)
