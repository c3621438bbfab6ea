"""Frames on a connection: request headers, and the schemas of every request and response we speak.

The schemas are those of aiokafka.protocol; it is a client library, so requests are decoded and
responses encoded here, which it supports as well. Requests arrive as objects with one attribute per
field of the schema.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType
from typing import Any, NamedTuple

from aiokafka.protocol import admin, commit, coordination, fetch, group, metadata, offset, produce
from aiokafka.protocol import transaction as transactions
from aiokafka.protocol.api import RequestStruct

from llama.embedded.broker.errors import MalformedFrame

_HEADER = struct.Struct(">hih")  # version, correlation id, length of the client id
_RESPONSE = struct.Struct(">ii")
_MODULES = (admin, commit, coordination, fetch, group, metadata, offset, produce, transactions)

# Versions aiokafka has no class for, and the version that has the same fields.
_SAME_FIELDS: Mapping[tuple[int, int], int] = MappingProxyType(
    {(11, 3): 2, (11, 4): 2, (14, 2): 1, (22, 1): 0}
)


class Frame(NamedTuple):
    """One request as it came from a client: header fields, and the bytes of its body."""

    api_key: int
    api_version: int
    correlation_id: int
    client_id: str
    body: memoryview


@dataclass(frozen=True, slots=True)
class Codec:
    """The fields of one version of a request and of its response."""

    request: type[RequestStruct]

    def decode(self, body: memoryview) -> Any:
        """Read a request. Raises MalformedFrame."""
        try:
            return self.request.decode(BytesIO(body))
        except (ValueError, struct.error, UnicodeDecodeError, TypeError) as error:
            raise MalformedFrame(
                f"{self.request.__name__} cannot be read: {error}"[:200]
            ) from error

    def encode(self, fields: Sequence[Any]) -> list[bytes]:
        """Write a response, given as nested tuples in the order of its schema."""
        return [self.request.RESPONSE_TYPE.SCHEMA.encode(fields)]


def parse_frame(api_key: int, rest: bytes) -> Frame:
    """Read the header of a request, given what follows its api key. Raises MalformedFrame."""
    try:
        version, correlation_id, name_length = _HEADER.unpack_from(rest)
        body_at = _HEADER.size + max(name_length, 0)
        if body_at > len(rest):
            raise MalformedFrame("the client id is longer than its frame")
        client_id = rest[_HEADER.size : body_at].decode()
    except (struct.error, UnicodeDecodeError) as error:
        raise MalformedFrame(f"no request header: {error}") from error
    return Frame(api_key, version, correlation_id, client_id, memoryview(rest)[body_at:])


def respond(correlation_id: int, body: Sequence[bytes]) -> bytes:
    """Put the length and the correlation id before the parts of a response."""
    length = 4 + sum(map(len, body))
    return b"".join((_RESPONSE.pack(length, correlation_id), *body))


def codecs(versions: Mapping[int, tuple[int, int]]) -> dict[tuple[int, int], Codec]:
    """Find the schemas for ranges of versions, by (api key, version)."""
    classes = {(cls.API_KEY, cls.API_VERSION): cls for cls in _request_classes()}
    found: dict[tuple[int, int], Codec] = {}
    for api_key, (low, high) in versions.items():
        for version in range(low, high + 1):
            known_as = _SAME_FIELDS.get((api_key, version), version)
            found[api_key, version] = Codec(classes[api_key, known_as])
    return found


def _request_classes() -> Iterator[type[RequestStruct]]:
    for module in _MODULES:
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and issubclass(value, RequestStruct)
                and value is not RequestStruct
            ):
                yield value
