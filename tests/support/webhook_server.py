"""A receiver of webhooks for tests: it does with each request what it is told to."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

Answer: TypeAlias = Callable[[asyncio.StreamWriter], Awaitable[None]]
SECRET = "swordfish"
PATH = f"/hooks/{SECRET}?token={SECRET}"


@dataclass
class Receiver:
    """What it was asked, and how it answers."""

    answer: Answer
    address: str = ""
    """host:port."""
    heads: list[list[str]] = field(default_factory=list[list[str]])
    bodies: list[bytes] = field(default_factory=list[bytes])
    released: asyncio.Event = field(default_factory=asyncio.Event)
    """Whoever hangs does so until then."""

    @property
    def headers(self) -> dict[str, str]:
        """Those of the last request."""
        return dict(line.split(": ", 1) for line in self.heads[-1][1:])

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request and answer it."""
        with suppress(ConnectionError, EOFError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            self.heads.append(head)
            self.bodies.append(await reader.readexactly(int(self.headers["Content-Length"])))
            await self.answer(writer)
        writer.transport.abort()


def saying(*lines: str, body: bytes = b"") -> Answer:
    """Answer with these lines and a body."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join((*lines, "", "")).encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return answer


def with_status(status: int) -> Answer:
    """Answer with a status; a redirection leads back here."""
    return saying(f"HTTP/1.1 {status} Said", "Location: /elsewhere", "Content-Length: 0")


@asynccontextmanager
async def receiving(answer: Answer) -> AsyncGenerator[Receiver]:
    """Receive on a free port within the block."""
    receiver = Receiver(answer)
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    receiver.address = f"{host}:{port}"
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.close()
        await server.wait_closed()


def url_file(folder: Path, address: str, *, scheme: str = "http") -> str:
    """Write the address of a webhook into a file that nobody else may read; return its path."""
    path = folder / "webhook"
    path.touch(mode=0o600)
    path.write_text(f"{scheme}://{address}{PATH}\n")
    return str(path)
