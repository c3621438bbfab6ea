"""The parent's end of the socket to a child."""

import asyncio

from llama.adapters.processes.protocol import Incoming, Reply


class Link(asyncio.Protocol):
    """Sends what the parent says, and gives what the child replies, one for one.

    A child is not believed before its reply is read: who says what is none, or speaks unasked, has
    nothing more to say.
    """

    def __init__(self) -> None:
        self._incoming = Incoming()
        self._transport: asyncio.WriteTransport | None = None
        self._reply = self._none_yet()
        self._is_over = False

    @staticmethod
    def _none_yet() -> "asyncio.Future[Reply | None]":
        return asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note where to write."""
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take a piece of a reply."""
        try:
            reply = self._incoming.add(data)
        except ValueError:
            self.hang_up()
            return
        if reply is not None and self._reply.done():
            self.hang_up()
        elif reply is not None:
            self._reply.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - it is over anyway
        """Note that nothing more comes."""
        self._is_over = True
        if not self._reply.done():
            self._reply.set_result(None)

    @property
    def is_quiet(self) -> bool:
        """Whether it is open, and nothing has come that nobody asked for."""
        return not self._reply.done()

    def say(self, content: bytes) -> None:
        """Send something to which one reply is expected."""
        if not self.is_quiet:
            # What has come already is no reply to this.
            self._reply = self._none_yet()
            self.hang_up()
        elif self._transport is not None:
            self._transport.write(content)

    async def heard(self) -> Reply | None:
        """Wait for the reply; None if none will come."""
        reply = await self._reply
        self._reply = self._none_yet()
        if self._is_over:
            self._reply.set_result(None)
        return reply

    def hang_up(self) -> None:
        """Close the socket at once."""
        if self._transport is not None:
            self._transport.abort()
        self.connection_lost(None)
