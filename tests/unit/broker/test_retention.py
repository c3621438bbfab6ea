"""Which segments have served their time."""

from __future__ import annotations

from llama.embedded.broker.retention import SegmentAge, count_expired


def expired(*segments: tuple[int, int], keep_ms: int = -1, keep_bytes: int = -1) -> int:
    ages = [SegmentAge(size, time) for size, time in segments]
    return count_expired(ages, now_ms=1000, retention_ms=keep_ms, retention_bytes=keep_bytes)


def test_without_limits_everything_stays():
    assert expired((10, 0), (10, 0)) == 0


def test_segments_go_when_their_newest_record_is_too_old():
    assert expired((10, 100), (10, 400), (10, 900), keep_ms=500) == 2


def test_a_younger_segment_protects_those_after_it():
    assert expired((10, 100), (10, 900), (10, 100), keep_ms=500) == 1


def test_the_oldest_go_while_the_rest_is_large_enough():
    assert expired((10, 0), (10, 0), (10, 0), keep_bytes=15) == 1
    assert expired((10, 0), (10, 0), (10, 0), keep_bytes=10) == 2
    assert expired((10, 0), (10, 0), (10, 0), keep_bytes=100) == 0
