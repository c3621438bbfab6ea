"""One client connection: requests in, responses out, strictly in order."""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from llama.embedded.broker.api.routes import API_VERSIONS, PRODUCE, Route, version_table
from llama.embedded.broker.broker import Broker, Call
from llama.embedded.broker.errors import ErrorCode, MalformedFrame
from llama.embedded.broker.wire import Frame, parse_frame, respond

logger = logging.getLogger(__name__)

_PREFIX = struct.Struct(">ih")  # length of the frame, api key
_SHORTEST_FRAME = 10
# What a handler trips over when fields are absent or absurd that no honest client leaves out.
_SENSELESS = (
    TypeError,
    AttributeError,
    LookupError,
    ValueError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    struct.error,
)
_WRITE_BUFFER_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Shared:
    """What all connections of a server have in common."""

    broker: Broker
    routes: Mapping[tuple[int, int], Route]
    large_frames: asyncio.Semaphore


async def serve(shared: Shared, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a client until it goes away, or sends something that is not our protocol.

    The next request is read only when the client has taken most of the last response, so that a
    slow reader costs one response of memory.
    """
    writer.transport.set_write_buffer_limits(high=_WRITE_BUFFER_BYTES)
    # A client that is gone already has no address.
    client_host = (writer.get_extra_info("peername") or ("unknown",))[0]
    host, port = (writer.get_extra_info("sockname") or ("", 0))[:2]
    try:
        while True:
            response = await _turn(shared, reader, client_host=client_host, listener=(host, port))
            if response:
                writer.write(response)
                del response
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    except (MalformedFrame, TimeoutError) as error:
        logger.warning(
            "connection_closed client=%s because=%s", client_host, str(error) or "too slow"
        )
    finally:
        writer.close()


async def _turn(
    shared: Shared, reader: asyncio.StreamReader, *, client_host: str, listener: tuple[str, int]
) -> bytes | None:
    length, api_key = _PREFIX.unpack(await reader.readexactly(_PREFIX.size))
    _check_length(shared, length, api_key)
    settings = shared.broker.settings
    is_large = api_key == PRODUCE and length > settings.large_frame_bytes
    gate = shared.large_frames if is_large else nullcontext()
    async with gate:
        async with asyncio.timeout(settings.frame_timeout_s):
            rest = await reader.readexactly(length - 2)
        frame = parse_frame(api_key, rest)
        return await _answer(shared, frame, client_host=client_host, listener=listener)


def _check_length(shared: Shared, length: int, api_key: int) -> None:
    settings = shared.broker.settings
    limit = settings.max_request_bytes if api_key == PRODUCE else settings.max_small_request_bytes
    if not _SHORTEST_FRAME <= length <= limit:
        raise MalformedFrame(
            f"a request of {length} bytes, allowed are {_SHORTEST_FRAME} to {limit}"
        )


async def _answer(
    shared: Shared, frame: Frame, *, client_host: str, listener: tuple[str, int]
) -> bytes | None:
    route = shared.routes.get((frame.api_key, frame.api_version))
    if route is None:
        return _unsupported(shared, frame)
    request = route.decode(frame.body)
    call = Call(request, frame.api_version, frame.client_id, client_host, *listener)
    try:
        answer = await route.handler(shared.broker, call)
        return None if answer is None else respond(frame.correlation_id, route.encode(answer))
    except _SENSELESS as error:
        raise MalformedFrame(f"request {frame.api_key} makes no sense: {error!r}"[:200]) from error


def _unsupported(shared: Shared, frame: Frame) -> bytes:
    """Give a client that is too new for us the oldest table of versions, as KIP-511 says."""
    if frame.api_key != API_VERSIONS:
        raise MalformedFrame(
            f"request {frame.api_key} version {frame.api_version} is not spoken here"
        )
    fields = version_table(0, ErrorCode.UNSUPPORTED_VERSION)
    return respond(frame.correlation_id, shared.routes[API_VERSIONS, 0].encode(fields))
