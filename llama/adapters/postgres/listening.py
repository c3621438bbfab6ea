"""Hears notifications of one channel, and knows when it may have missed some."""

import asyncio

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from llama.adapters.postgres.failures import translated

CONNECT_TIMEOUT_S = 10.0
"""A server that runs answers in milliseconds; one that starts, within seconds."""
COMMAND_TIMEOUT_S = 30.0
"""The largest batch is written in under a second; a lock is held about as long."""


class Listener:
    """A connection of its own that counts what it hears; made anew when it is lost."""

    def __init__(self, dsn: str, channel: str) -> None:
        self._dsn = dsn
        self._channel = channel
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._connecting = asyncio.Lock()
        self._bell = asyncio.Event()
        self.heard = 1
        """Grows with everything that may have happened; before the first look, that is so."""

    async def close(self) -> None:
        """Hang up, for good."""
        if self._connection is not None:
            self._connection.remove_termination_listener(self._lost)
            await self._connection.close(timeout=CONNECT_TIMEOUT_S)

    async def listen(self) -> None:
        """Make sure that notifications are heard from now on; Unavailable if that fails."""
        async with self._connecting:
            if self._connection is not None and not self._connection.is_closed():
                return
            with translated():
                connection = await asyncpg.connect(
                    self._dsn, timeout=CONNECT_TIMEOUT_S, command_timeout=COMMAND_TIMEOUT_S
                )
                try:
                    await connection.add_listener(self._channel, self._notified)
                except BaseException:
                    connection.terminate()
                    raise
            connection.add_termination_listener(self._lost)
            self._connection = connection
            # Whatever was said before this moment was not heard.
            self._ring()

    async def wait(self, *, seen: int, timeout_s: float) -> None:
        """Return when more was heard than was seen, at the latest after the timeout."""
        try:
            async with asyncio.timeout(timeout_s):
                while self.heard <= seen:
                    self._bell.clear()
                    await self._bell.wait()
        except TimeoutError:
            return

    def _ring(self) -> None:
        self.heard += 1
        self._bell.set()

    def _notified(
        self,
        _connection: "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]",
        _process: int,
        _channel: str,
        _payload: object,
    ) -> None:
        self._ring()

    def _lost(
        self,
        _connection: "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]",
    ) -> None:
        self._ring()
