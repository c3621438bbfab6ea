"""Follows the stream of changes as a browser does, without a network."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Scope


@dataclass(slots=True)
class Follower:
    """One connection."""

    messages: "asyncio.Queue[Message]" = field(default_factory=asyncio.Queue[Message])
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    takes: asyncio.Event = field(default_factory=asyncio.Event)
    tried: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a message that was not taken is followed by another one."""
    status: int = 0
    _waiting: bool = False
    _text: str = ""

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if not self.takes.is_set():
            if self._waiting:
                self.tried.set()
            self._waiting = True
        await self.takes.wait()
        await self.messages.put(message)

    async def answer(self) -> dict[str, str]:
        """Return the JSON body of an answer that is no stream."""
        start, body = await self.messages.get(), await self.messages.get()
        self.status = start["status"]
        return json.loads(body["body"])

    async def block(self) -> dict[str, str]:
        """Return the fields of the next block; comments are the field with no name."""
        while "\n\n" not in self._text:
            async with asyncio.timeout(20):
                message = await self.messages.get()
            self.status = message.get("status", self.status)
            self._text += message.get("body", b"").decode()
        block, _, self._text = self._text.partition("\n\n")
        pairs = (line.partition(":") for line in block.splitlines())
        return {name: value.strip() for name, _, value in pairs}


@asynccontextmanager
async def following(app: ASGIApp, query: str = "", **headers: str) -> AsyncGenerator[Follower]:
    """Connect for as long as the block lasts."""
    follower = Follower()
    follower.takes.set()
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "path": "/changes",
        "raw_path": b"/changes",
        "query_string": query.encode(),
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
    }
    task = asyncio.ensure_future(app(scope, follower.receive, follower.send))
    try:
        yield follower
    finally:
        follower.gone.set()
        follower.takes.set()
        await task
