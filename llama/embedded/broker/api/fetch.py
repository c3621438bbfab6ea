"""Fetch: read from the logs, waiting at their end for news."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from llama.embedded.broker.broker import Broker, Call
from llama.embedded.broker.errors import ErrorCode
from llama.embedded.broker.log import PartitionLog
from llama.embedded.broker.waiting import Waiter, registered

_HEAD = struct.Struct(">ihi")  # throttle time, error, session
_OLD_HEAD = struct.Struct(">i")
_PARTITION = struct.Struct(">ihqq")
_LOG_START = struct.Struct(">q")
_NO_ABORTED = struct.pack(">i", 0)
_NO_REPLICA = struct.pack(">i", -1)
_LONGEST_WAIT_S = 300.0


class Wanted(NamedTuple):
    """One partition of a fetch; `log` is None when there is no such partition."""

    topic: str
    partition: int
    offset: int
    max_bytes: int
    log: PartitionLog | None

    @property
    def refusal(self) -> ErrorCode:
        """Why nothing can be read here; NONE when it can."""
        if self.log is None or self.log.is_closed:
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        inside = self.log.start_offset <= self.offset <= self.log.end_offset
        return ErrorCode.NONE if inside else ErrorCode.OFFSET_OUT_OF_RANGE


async def fetch(broker: Broker, call: Call) -> list[bytes]:
    """Answer when enough is there, something is wrong, or time is up: whichever comes first."""
    if call.version >= 7 and call.request.session_id != 0:
        return [_HEAD.pack(0, ErrorCode.FETCH_SESSION_NOT_FOUND, 0), struct.pack(">i", 0)]
    wanted = _wanted(broker, call)
    limit = min(max(call.request.max_bytes, 1), broker.settings.max_fetch_bytes)
    found = _read(wanted, limit)
    missing = call.request.min_bytes - sum(map(len, found))
    wait_s = min(call.request.max_wait_time / 1000, _LONGEST_WAIT_S)
    if missing > 0 and wait_s > 0 and not any(item.refusal for item in wanted):
        logs = [item.log for item in wanted if item.log is not None]
        with registered(Waiter(missing, timeout_s=wait_s), logs) as waiter:
            await waiter.wait()
        found = _read(wanted, limit)
    return _encode(call.version, wanted, found)


def _wanted(broker: Broker, call: Call) -> list[Wanted]:
    at = 2 if call.version >= 9 else 1
    return [
        Wanted(topic, row[0], row[at], row[-1], broker.catalogue.log(topic, row[0]))
        for topic, partitions in call.request.topics or ()
        for row in partitions or ()
    ]


def _read(wanted: Sequence[Wanted], limit: int) -> list[bytes]:
    """Read partitions in the order asked for.

    The first with news gives a batch even if that exceeds the limit, or its reader would be stuck.
    """
    found: list[bytes] = []
    left = limit
    for item in wanted:
        data = b""
        if (
            left > 0
            and item.log is not None
            and not item.refusal
            and item.offset < item.log.end_offset
        ):
            data = item.log.read(item.offset, min(item.max_bytes, left))
        found.append(data)
        left -= len(data)
    return found


def _encode(version: int, wanted: Sequence[Wanted], found: Sequence[bytes]) -> list[bytes]:
    parts = [_HEAD.pack(0, ErrorCode.NONE, 0) if version >= 7 else _OLD_HEAD.pack(0)]
    topics: dict[str, list[bytes]] = {}
    counts: dict[str, int] = {}
    for item, data in zip(wanted, found, strict=True):
        topics.setdefault(item.topic, []).extend(_partition(version, item, data))
        counts[item.topic] = counts.get(item.topic, 0) + 1
    parts.append(struct.pack(">i", len(topics)))
    for topic, rows in topics.items():
        name = topic.encode()
        parts += [struct.pack(">h", len(name)), name, struct.pack(">i", counts[topic]), *rows]
    return parts


def _partition(version: int, item: Wanted, data: bytes) -> list[bytes]:
    end = item.log.end_offset if item.log else -1
    start = item.log.start_offset if item.log else -1
    return [
        _PARTITION.pack(item.partition, item.refusal, end, end),
        _LOG_START.pack(start) if version >= 5 else b"",
        _NO_ABORTED,
        _NO_REPLICA if version >= 11 else b"",
        struct.pack(">i", len(data)),
        data,
    ]
