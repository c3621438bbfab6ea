"""Which segments of a topic with cleanup.policy=delete have served their time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class SegmentAge(NamedTuple):
    """What retention looks at: the bytes of a segment and the time (ms) of its newest record."""

    size: int
    max_timestamp: int


def count_expired(
    segments: Sequence[SegmentAge], *, now_ms: int, retention_ms: int, retention_bytes: int
) -> int:
    """How many of the oldest segments must go; -1 for a limit means that it does not exist.

    By time: segments from the oldest on whose newest record is older than `retention_ms`, stopping
    at the first that is not. By size: the oldest while the rest alone still holds `retention_bytes`
    or more.
    """
    by_time = _expired_by_time(segments, now_ms - retention_ms) if retention_ms >= 0 else 0
    by_size = _expired_by_size(segments, retention_bytes) if retention_bytes >= 0 else 0
    return max(by_time, by_size)


def _expired_by_time(segments: Sequence[SegmentAge], oldest_kept_ms: int) -> int:
    for count, segment in enumerate(segments):
        if segment.max_timestamp >= oldest_kept_ms:
            return count
    return len(segments)


def _expired_by_size(segments: Sequence[SegmentAge], retention_bytes: int) -> int:
    excess = sum(segment.size for segment in segments) - retention_bytes
    count = 0
    for segment in segments:
        if excess < segment.size:
            break
        excess -= segment.size
        count += 1
    return count
