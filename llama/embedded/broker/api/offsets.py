"""Offsets: of the log (first, last, by time) and of groups (committed)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama.embedded.broker.broker import Broker, Call
from llama.embedded.broker.errors import ErrorCode

_LATEST, _EARLIEST = -1, -2
_MAX_METADATA = 4096


async def list_offsets(broker: Broker, call: Call) -> Sequence[Any]:
    """Find the first offset, the end, or the first record at or after a time (ms)."""
    topics = [
        (topic, [_offset(broker, topic, *row) for row in partitions])
        for topic, partitions in call.request.topics
    ]
    return (0, topics) if call.version >= 2 else (topics,)


def _offset(
    broker: Broker, topic: str, partition: int, timestamp: int
) -> tuple[int, int, int, int]:
    log = broker.catalogue.log(topic, partition)
    if log is None:
        return (partition, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1, -1)
    if timestamp == _LATEST:
        return (partition, ErrorCode.NONE, -1, log.end_offset)
    if timestamp == _EARLIEST:
        return (partition, ErrorCode.NONE, -1, log.start_offset)
    found = log.first_reaching(timestamp)
    if found is None:
        return (partition, ErrorCode.NONE, -1, -1)
    return (partition, ErrorCode.NONE, found.timestamp, found.offset)


async def commit_offsets(broker: Broker, call: Call) -> Sequence[Any]:
    """Remember how far a group has read, if the client is a member of its present generation."""
    request = call.request
    refusal = broker.coordinator.commit_refusal(
        request.consumer_group, request.consumer_id, request.consumer_group_generation_id
    )
    positions: list[tuple[str, int, int, str]] = []
    topics: list[tuple[str, list[tuple[int, int]]]] = []
    for topic, partitions in request.topics:
        rows: list[tuple[int, int]] = []
        for partition, offset, note in partitions:
            error = refusal or _commit_refusal(broker, topic, partition, note=note or "")
            rows.append((partition, error))
            if not error:
                positions.append((topic, partition, offset, note or ""))
        topics.append((topic, rows))
    if positions:
        broker.catalogue.commit(request.consumer_group, positions)
    return (0, topics) if call.version >= 3 else (topics,)


def _commit_refusal(broker: Broker, topic: str, partition: int, *, note: str) -> ErrorCode:
    if broker.catalogue.log(topic, partition) is None:
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    return ErrorCode.OFFSET_METADATA_TOO_LARGE if len(note) > _MAX_METADATA else ErrorCode.NONE


async def fetch_offsets(broker: Broker, call: Call) -> Sequence[Any]:
    """Tell how far a group has read the partitions named, or all it has committed."""
    committed = broker.catalogue.offsets.get(call.request.consumer_group, {})
    asked = call.request.topics
    if asked is None:
        everything: dict[str, list[int]] = {}
        for topic, partition in committed:
            everything.setdefault(topic, []).append(partition)
        asked = everything.items()
    topics: list[tuple[str, list[tuple[int, int, str, int]]]] = []
    for topic, partitions in asked:
        found = [(number, committed.get((topic, number))) for number in partitions]
        rows = [(n, at.offset, at.metadata, 0) if at else (n, -1, "", 0) for n, at in found]
        topics.append((topic, rows))
    answer = (topics, ErrorCode.NONE) if call.version >= 2 else (topics,)
    return (0, *answer) if call.version >= 3 else answer
