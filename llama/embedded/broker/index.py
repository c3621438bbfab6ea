"""A sparse index of one segment: which byte to start reading at for an offset or a time."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right


class SparseIndex:
    """Remembers every batch that starts at least `interval` bytes after the last remembered one.

    Offsets and positions grow together; beside each the index keeps the largest timestamp (ms) of
    all batches before it, which never falls, so that times can be bisected although batches may be
    out of time order.
    """

    def __init__(self, interval: int) -> None:
        self._interval = interval
        self._offsets = array("q")
        self._positions = array("q")
        self._earlier_max = array("q")
        self._max_timestamp = -1

    @property
    def max_timestamp(self) -> int:
        """The largest timestamp noted so far, in ms; -1 before the first batch."""
        return self._max_timestamp

    def __len__(self) -> int:
        return len(self._offsets)

    def note(self, offset: int, position: int, *, max_timestamp: int) -> None:
        """Tell the index about the next batch; batches come in the order of their offsets."""
        if not self._positions or position - self._positions[-1] >= self._interval:
            self._offsets.append(offset)
            self._positions.append(position)
            self._earlier_max.append(self._max_timestamp)
        self._max_timestamp = max(self._max_timestamp, max_timestamp)

    def position_before(self, offset: int) -> int:
        """Where to start scanning for the batch that holds an offset; 0 when nothing is known."""
        found = bisect_right(self._offsets, offset) - 1
        return self._positions[found] if found >= 0 else 0

    def boundary_within(self, position: int) -> int:
        """Find the last remembered start of a batch at or before a position; 0 without one."""
        found = bisect_right(self._positions, position) - 1
        return self._positions[found] if found >= 0 else 0

    def position_before_time(self, timestamp: int) -> int:
        """Where to start scanning for the first batch that reaches a timestamp (ms)."""
        found = bisect_left(self._earlier_max, timestamp) - 1
        return self._positions[found] if found >= 0 else 0
