"""Which requests are answered, in which versions, and by which function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from llama.embedded.broker.api import admin, fetch, groups, metadata, offsets, produce
from llama.embedded.broker.broker import Broker, Call
from llama.embedded.broker.errors import ErrorCode
from llama.embedded.broker.wire import Codec, codecs

API_VERSIONS = 18
PRODUCE = 0
FETCH = 1

Handler = Callable[[Broker, Call], Awaitable[Sequence[Any] | None]]
Decode = Callable[[memoryview], Any]
Encode = Callable[[Any], list[bytes]]


@dataclass(frozen=True, slots=True)
class Route:
    """How to read one version of a request, answer it and write the answer."""

    decode: Decode
    handler: Handler
    encode: Encode


VERSIONS: Mapping[int, tuple[int, int]] = MappingProxyType(
    {
        PRODUCE: (3, 8),
        FETCH: (4, 11),
        2: (1, 3),
        3: (0, 5),
        8: (2, 3),
        9: (1, 3),
        10: (0, 1),
        11: (0, 5),
        12: (0, 1),
        13: (0, 1),
        14: (0, 3),
        15: (0, 2),
        16: (0, 1),
        API_VERSIONS: (0, 2),
        19: (0, 3),
        20: (0, 3),
        21: (0, 1),
        22: (0, 1),
        32: (0, 2),
        33: (0, 1),
        37: (0, 1),
        42: (0, 1),
    }
)


async def api_versions(_: Broker, call: Call) -> Sequence[Any]:
    """Tell which requests are answered, in which versions."""
    return version_table(call.version, ErrorCode.NONE)


def version_table(version: int, error: ErrorCode) -> tuple[Any, ...]:
    """Lay out the answer to an ApiVersions request of some version."""
    table = [(key, low, high) for key, (low, high) in VERSIONS.items()]
    return (error, table, 0) if version >= 1 else (error, table)


_HANDLERS: Mapping[int, Handler] = MappingProxyType(
    {
        PRODUCE: produce.produce,
        FETCH: fetch.fetch,
        2: offsets.list_offsets,
        3: metadata.metadata,
        8: offsets.commit_offsets,
        9: offsets.fetch_offsets,
        10: metadata.find_coordinator,
        11: groups.join_group,
        12: groups.heartbeat,
        13: groups.leave_group,
        14: groups.sync_group,
        15: groups.describe_groups,
        16: groups.list_groups,
        API_VERSIONS: api_versions,
        19: admin.create_topics,
        20: admin.delete_topics,
        21: admin.delete_records,
        22: metadata.init_producer_id,
        32: admin.describe_configs,
        33: admin.alter_configs,
        37: admin.create_partitions,
        42: groups.delete_groups,
    }
)


def routes() -> dict[tuple[int, int], Route]:
    """Make all routes, by (api key, version).

    Produce requests and fetch responses have codecs of their own, for speed.
    """
    return {at: _route(at[0], codec) for at, codec in codecs(VERSIONS).items()}


def _route(api_key: int, codec: Codec) -> Route:
    handler = _HANDLERS[api_key]
    if api_key == PRODUCE:
        return Route(produce.decode_produce, handler, _as_is)
    if api_key == FETCH:
        return Route(codec.decode, handler, _as_is)
    return Route(codec.decode, handler, codec.encode)


def _as_is(parts: list[bytes]) -> list[bytes]:
    return parts
