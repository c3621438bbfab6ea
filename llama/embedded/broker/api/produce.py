"""Produce: append one batch per partition."""

from __future__ import annotations

import struct
from collections.abc import Sized
from typing import NamedTuple

from llama.embedded.broker.broker import Broker, Call
from llama.embedded.broker.errors import ErrorCode, MalformedFrame
from llama.embedded.broker.log import Appended
from llama.embedded.broker.reader import Reader

_NOT_LOG_APPEND_TIME = -1
_PARTITION = struct.Struct(">ihqq")
_LOG_START = struct.Struct(">q")
_NO_DETAILS = struct.pack(">ih", 0, -1)


class ProduceRequest(NamedTuple):
    """Batches by topic and partition; the bytes are slices of the frame, not copies."""

    transactional_id: str | None
    acks: int
    topics: list[tuple[str, list[tuple[int, memoryview]]]]


def decode_produce(body: memoryview) -> ProduceRequest:
    """Read versions 3 to 8, which have the same fields. Raises MalformedFrame."""
    try:
        reader = Reader(body)
        transactional_id = reader.nullable_string()
        acks = reader.int16()
        reader.int32()  # the timeout bounds the wait for replicas; there are none
        return ProduceRequest(transactional_id, acks, [_topic(reader) for _ in reader.array()])
    except (struct.error, UnicodeDecodeError) as error:
        raise MalformedFrame(f"produce request cannot be read: {error}") from error


async def produce(broker: Broker, call: Call) -> list[bytes] | None:
    """Append every batch and answer with its first offset; with acks=0 give no answer."""
    request: ProduceRequest = call.request
    parts = [_count(request.topics)]
    for topic, partitions in request.topics:
        name = topic.encode()
        parts += [struct.pack(">h", len(name)), name, _count(partitions)]
        for partition, batch in partitions:
            parts.append(_append(broker, call, topic=topic, partition=partition, batch=batch))
    parts.append(struct.pack(">i", 0))
    return parts if request.acks != 0 else None


def _topic(reader: Reader) -> tuple[str, list[tuple[int, memoryview]]]:
    return reader.string(), [(reader.int32(), reader.bytes()) for _ in reader.array()]


def _count(items: Sized) -> bytes:
    return struct.pack(">i", len(items))


def _append(broker: Broker, call: Call, *, topic: str, partition: int, batch: memoryview) -> bytes:
    log = broker.catalogue.log(topic, partition)
    start = log.start_offset if log else -1
    if call.request.transactional_id is not None:
        appended = Appended(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, -1)
    elif log is None:
        appended = Appended(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1)
    else:
        appended = log.append(batch)
    row = _PARTITION.pack(partition, appended.error, appended.base_offset, _NOT_LOG_APPEND_TIME)
    row += _LOG_START.pack(start) if call.version >= 5 else b""
    return row + (_NO_DETAILS if call.version >= 8 else b"")
