"""Every event as a git repository: `git clone http://host/EVENT.git`. It is only given, not taken.

The requests and answers are git's own "smart" protocol (gitprotocol-http(5)); what of an event is
in its repository, and that nothing else is, is the matter of the port.
"""

import asyncio
import zlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from llama.domain.errors import RepositoryRefused
from llama.ports.repositories import Repositories
from services.gateway.addresses import Address
from services.gateway.refusals import Refusal
from services.gateway.sources import event_name_of

SERVICE = "git-upload-pack"
MAX_REQUEST_BYTES = 1 << 20
"""What a client that has 20,000 commits tells about them; unpacked as well as packed."""
REQUEST_WITHIN_S = 60.0
ANSWER_WITHIN_S = 600.0
"""For 100 MB over a slow line."""
_GZIP = 31
_NEVER_KEPT = {"Cache-Control": "no-cache, max-age=0, must-revalidate", "Pragma": "no-cache"}
_READ_ONLY = "clone or fetch; what changes an event is an act (`llama put`), not a commit"


class PackResponse(StreamingResponse):
    """Passes on what git says; when it cannot go on, or takes too long, git is ended."""

    def __init__(self, told: AsyncGenerator[bytes], media_type: str) -> None:
        super().__init__(told, headers=_NEVER_KEPT, media_type=media_type)
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await super().__call__(scope, receive, send)
        finally:
            await self._told.aclose()


@dataclass(frozen=True, slots=True)
class Gits:
    """One method for each address that git clients use."""

    repositories: Repositories

    @property
    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [
            Address(
                "/{event}.git/info/refs",
                self.refs,
                says="for git: what there is to fetch",
                parameters=("service",),
            ),
            Address(
                f"/{{event}}.git/{SERVICE}",
                self.upload_pack,
                says="for git: what a client lacks",
                methods=["POST"],
            ),
            Address(
                "/{event}.git/git-receive-pack",
                self.refuse,
                says="for git: always refused, the histories are read only",
                methods=["GET", "POST"],
            ),
        ]

    async def refs(self, request: Request) -> Response:
        """Say what there is to fetch."""
        service = request.query_params.get("service")
        if service != SERVICE:
            return await self.refuse(request)
        event = await self._event(request)
        told = await self.repositories.advertise(event, protocol=_protocol(request))
        return PackResponse(told, f"application/x-{SERVICE}-advertisement")

    async def upload_pack(self, request: Request) -> Response:
        """Give what a client lacks."""
        if request.headers.get("Content-Type") != f"application/x-{SERVICE}-request":
            detail = "this address understands requests of git clients only"
            raise Refusal(415, "not_git", detail=detail, hint=f"use git: {_READ_ONLY}")
        event = await self._event(request)
        body = await _body(request)
        try:
            told = await self.repositories.answer(event, body, protocol=_protocol(request))
        except RepositoryRefused as error:
            raise Refusal(403, "not_given", detail=str(error), hint=_READ_ONLY) from error
        return PackResponse(told, f"application/x-{SERVICE}-result")

    async def refuse(self, _request: Request) -> Response:
        """Take nothing; nor give anything in the way that clients of before 2010 ask for it."""
        detail = "the repositories of events are read only, for clients that speak git's protocol"
        raise Refusal(403, "read_only", detail=detail, hint=_READ_ONLY)

    async def _event(self, request: Request) -> str:
        event = event_name_of(request)
        if not await self.repositories.has(event):
            hint = "GET /events lists the events"
            raise Refusal(404, "unknown_event", detail=f"{event} has no history", hint=hint)
        return event


def _protocol(request: Request) -> str:
    return request.headers.get("Git-Protocol", "")


async def _body(request: Request) -> bytes:
    """Return the body, unpacked; refuse one that is too large or does not come to its end."""
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding not in {"identity", "gzip", "x-gzip"}:
        raise Refusal(415, "bad_encoding", detail=f"{encoding[:50]!r} is unknown", hint="use gzip")
    try:
        async with asyncio.timeout(REQUEST_WITHIN_S):
            raw = await _received(request)
    except (TimeoutError, ClientDisconnect) as error:
        detail = "the request did not come to its end"
        raise Refusal(408, "too_slow", detail=detail, hint="send it again") from error
    return raw if encoding == "identity" else _unpacked(raw)


async def _received(request: Request) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > MAX_REQUEST_BYTES:
            raise _too_large()
    return bytes(received)


def _unpacked(raw: bytes) -> bytes:
    unpacking = zlib.decompressobj(_GZIP)
    try:
        unpacked = unpacking.decompress(raw, MAX_REQUEST_BYTES)
    except zlib.error as error:
        detail = "the request is not what its Content-Encoding says"
        raise Refusal(400, "bad_encoding", detail=detail, hint="send it again") from error
    if unpacking.unconsumed_tail:
        raise _too_large()
    if not unpacking.eof:
        detail = "the request breaks off"
        raise Refusal(400, "bad_encoding", detail=detail, hint="send it again")
    return unpacked


def _too_large() -> Refusal:
    detail = f"a request may have {MAX_REQUEST_BYTES:,} bytes"
    return Refusal(413, "too_large", detail=detail, hint="clone it anew instead of fetching")
