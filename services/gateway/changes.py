"""The stream of changes, as server-sent events: `GET /changes`, which a browser can follow too."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Send

from llama.client.watching import Watching, followable
from llama.domain.errors import NoMoment, NoPosition, Unavailable
from llama.domain.moments import moment_of
from llama.domain.position import Position
from llama.domain.selection.downselection import Downselection
from llama.ports.clock import Clock
from llama.ports.following import Following
from schemas.changes import EventChange
from services.gateway.criteria import bad_criteria, downselection_in
from services.gateway.refusals import Refusal

HEARTBEAT_S = 15.0
"""Proxies give up on connections that say nothing for half a minute or more."""
RETRY_MS = 2000
"""After so long a browser connects again by itself."""
MOST_FOLLOWERS = 200
SLOW_S = 30.0
"""Whoever has not taken what was sent for so long is not there any more, or too slow."""
BEGIN = "from"
"""The parameter that says where to begin; a browser that connects again says it in a header."""
SINCE = "since"
"""The parameter that says from which moment on."""
OURS = (BEGIN, SINCE)
_HEADERS: Mapping[str, str] = MappingProxyType(
    {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
)
_log = structlog.get_logger()


@dataclass(slots=True)
class Changes:
    """Streams what changes."""

    following: Following | None
    """None: there is nothing to follow."""
    clock: Clock
    """By which moments are not still to come."""
    heartbeat_s: float = HEARTBEAT_S
    slow_s: float = SLOW_S
    most: int = MOST_FOLLOWERS
    followers: int = 0
    _watching: Watching | None = field(init=False)

    def __post_init__(self) -> None:
        """Watch for everybody together."""
        self._watching = Watching(self.following) if self.following else None

    async def stream(self, request: Request) -> Response:
        """Answer with the changes of the events that meet the criteria, for ever.

        What is sent is read when it can be sent, so a slow reader costs no memory: it gets
        everything, later. Only whoever takes nothing at all is cut off.
        """
        if self._watching is None:
            hint = "ask GET /events again and again"
            raise Refusal(501, "no_changes", detail="this gateway follows nothing", hint=hint)
        if self.followers >= self.most:
            detail, hint = f"{self.followers} are following already", "try again later"
            raise Refusal(503, "too_many_followers", detail=detail, hint=hint)
        wanted = _wanted(request)
        begin = await self._begin(self._watching, request)
        if request.method == "HEAD":
            return Response(media_type="text/event-stream", headers=dict(_HEADERS))
        stream = self._stream(self._watching, begin, wanted)
        return _Patient(stream, patience_s=self.slow_s)

    async def _begin(self, watching: Watching, request: Request) -> Position:
        """Return where to begin; whoever goes on after a break says it in a header."""
        said, since = (request.query_params.get(name) for name in OURS)
        text = request.headers.get("last-event-id") or said
        if said and since:
            detail = f"{BEGIN} and {SINCE} both say where to begin"
            raise Refusal(400, "bad_position", detail=detail, hint="leave one of them out")
        try:
            if since and not text:
                return await watching.following.since(moment_of(since, self.clock.now()))
            return await watching.start(Position.of(text) if text else None)
        except NoMoment as error:
            hint = f"give {SINCE} a moment such as 2026-11-20T12:00Z, or 2h"
            raise Refusal(400, "bad_moment", detail=str(error), hint=hint) from error
        except NoPosition as error:
            hint = f"leave {BEGIN} and Last-Event-ID out to begin now"
            raise Refusal(400, "bad_position", detail=str(error), hint=hint) from error

    async def _stream(
        self, watching: Watching, begin: Position, wanted: Downselection
    ) -> AsyncGenerator[str]:
        self.followers += 1
        try:
            yield f"retry: {RETRY_MS}\n" + _alive(begin)
            async for text in self._told(watching, begin, wanted):
                yield text
        except Unavailable as error:
            yield _end(f"the database does not answer: {error}")
        finally:
            self.followers -= 1

    async def _told(
        self, watching: Watching, begin: Position, wanted: Downselection
    ) -> AsyncGenerator[str]:
        now = asyncio.get_running_loop().time
        said = now()
        async for one in watching.changes(begin, wanted, idle_s=self.heartbeat_s):
            if one.change is not None:
                yield _message(one.position, one.change)
            elif now() - said >= self.heartbeat_s:
                yield _alive(one.position)
            else:
                continue
            said = now()


class _Patient(StreamingResponse):
    """A response that waits for its reader, but not for ever."""

    media_type = "text/event-stream"

    def __init__(self, content: AsyncGenerator[str], *, patience_s: float) -> None:
        super().__init__(content, headers=_HEADERS)
        self._patience_s = patience_s

    async def stream_response(self, send: Send) -> None:
        """Send all that there is; end at once when something is not taken in time."""

        async def send_in_time(message: Mapping[str, object]) -> None:
            async with asyncio.timeout(self._patience_s):
                await send(dict(message))

        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            _log.warning("follower_cut_off", took_nothing_for_s=self._patience_s)
            text = _end(f"nothing was taken for {self._patience_s:g} s: follow on from the last id")
            # It is behind all that was not taken; who comes back to reading finds it there.
            with_end = {"type": "http.response.body", "body": text.encode(), "more_body": False}
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience_s):
                    await send(with_end)


def _wanted(request: Request) -> Downselection:
    wanted = downselection_in(request, OURS)
    try:
        return followable(wanted)
    except ValueError as error:
        raise bad_criteria(str(error)) from error


def _message(position: Position, change: EventChange) -> str:
    return f"id: {position}\nevent: change\ndata: {change.model_dump_json()}\n\n"


def _alive(position: Position) -> str:
    """Return what nobody is told of, and what yet moves the id from which one follows on."""
    return f": alive\nid: {position}\n\n"


def _end(why: str) -> str:
    words = " ".join(why.split())
    return f"event: end\ndata: {words}\n\n"
