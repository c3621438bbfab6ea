"""One partition: segments on disk, the offsets they span, and the readers waiting at the end."""

from __future__ import annotations

import logging
import shutil
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from llama.embedded.broker.errors import ErrorCode
from llama.embedded.broker.idempotence import Fresh, Refused, Repeated
from llama.embedded.broker.records import Buffer, has_null_key, read_header, records_of, refusal_of
from llama.embedded.broker.recovery import note_producer, recover_partition
from llama.embedded.broker.retention import SegmentAge, count_expired
from llama.embedded.broker.segment import Segment
from llama.embedded.broker.topic_config import TopicConfig
from llama.embedded.broker.waiting import Waiter

logger = logging.getLogger(__name__)


class Appended(NamedTuple):
    """The answer to a producer: an error, or the offset of the first record of its batch."""

    error: ErrorCode
    base_offset: int


class Located(NamedTuple):
    """A record found by time: its offset and timestamp (ms)."""

    offset: int
    timestamp: int


class PartitionLog:
    """The records of one partition, in the order of their offsets.

    Offsets run from `start_offset` (inclusive) to `end_offset` (exclusive). Nothing but the sparse
    index and the memory of producers is held in RAM. `now_ms` is the wall clock in ms since 1970.
    """

    def __init__(
        self,
        folder: Path,
        config: TopicConfig,
        *,
        now_ms: Callable[[], int],
        fsync: bool = False,
        start_offset: int = 0,
    ) -> None:
        found = recover_partition(folder)
        self.folder = folder
        self.config = config
        self.segments = found.segments
        self.producers = found.producers
        self.cleaned = found.cleaned
        self.is_closed = False
        self.waiters: set[Waiter] = set()
        self._now_ms = now_ms
        self._fsync = fsync
        self._started_ms = now_ms()
        first = found.segments[0].base_offset if found.segments else 0
        self.start_offset = max(start_offset, first)

    @property
    def end_offset(self) -> int:
        """The offset the next record will get."""
        return self.segments[-1].next_offset if self.segments else self.start_offset

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(segment.size for segment in self.segments)

    def append(self, batch: Buffer) -> Appended:
        """Write one batch and wake the readers that wait for it.

        The bytes are with the operating system when this returns (on the disk with `fsync`). A
        batch that an idempotent producer sends again is answered with the offset it has already.
        """
        error = self._refusal(batch)
        if error:
            return Appended(error, -1)
        header = read_header(batch)
        if header.producer_id >= 0:
            match self.producers.judge(
                header.producer_id,
                header.producer_epoch,
                header.base_sequence,
                count=header.record_count,
            ):
                case Fresh():
                    pass
                case Repeated(base_offset):
                    return Appended(ErrorCode.NONE, base_offset)
                case Refused(error):
                    return Appended(error, -1)
        return self._write(batch)

    def read(self, offset: int, max_bytes: int) -> bytes:
        """Read whole batches from `offset` on: up to `max_bytes`, but one batch in any case."""
        at = max(
            bisect_right(self.segments, offset, key=lambda segment: segment.base_offset) - 1, 0
        )
        for segment in self.segments[at:]:
            data = segment.read(offset, max_bytes)
            if data:
                return data
        return b""

    def first_reaching(self, timestamp: int) -> Located | None:
        """Find the first record at or after a time (ms); None when every record is older."""
        for segment in self.segments:
            batch = segment.first_batch_reaching(timestamp)
            if batch is not None:
                return self._first_record_reaching(batch, timestamp)
        return None

    def delete_before(self, offset: int) -> None:
        """Move the start of the log; segments that lie wholly before it are removed."""
        self.start_offset = max(self.start_offset, offset)
        while len(self.segments) > 1 and self.segments[0].next_offset <= self.start_offset:
            self.segments.pop(0).delete()

    def roll(self) -> None:
        """Close the last segment for writing, safely on disk, and begin another."""
        end = self.end_offset
        if self.segments:
            self.segments[-1].flush()
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
        self.segments.append(Segment(self.folder, end))
        self._started_ms = self._now_ms()

    def roll_if_due(self) -> None:
        """Begin another segment when the last one has records and is older than segment.ms."""
        is_old = self._now_ms() - self._started_ms > self.config.segment_ms
        if is_old and self.segments and self.segments[-1].size:
            self.roll()

    def enforce_retention(self) -> None:
        """Remove the oldest segments as retention.ms and retention.bytes say."""
        if not self.config.deletes_old or not self.segments:
            return
        last = self.segments[-1]
        aged = self.segments if last.size else self.segments[:-1]
        count = count_expired(
            [SegmentAge(segment.size, segment.max_timestamp) for segment in aged],
            now_ms=self._now_ms(),
            retention_ms=self.config.retention_ms,
            retention_bytes=self.config.retention_bytes,
        )
        if count:
            self._drop_oldest(count)

    def close(self) -> None:
        """Release the files and the waiting readers."""
        self.is_closed = True
        for segment in self.segments:
            segment.close()
        self._wake(0)

    def delete(self) -> None:
        """Close, and remove every file of the partition."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _refusal(self, batch: Buffer) -> ErrorCode:
        if len(batch) > self.config.max_message_bytes:
            return ErrorCode.MESSAGE_TOO_LARGE
        error = refusal_of(batch)
        if not error and self.config.is_compacted and has_null_key(batch) is not False:
            return ErrorCode.INVALID_RECORD
        return error

    def _write(self, batch: Buffer) -> Appended:
        try:
            segment = self._writable(len(batch))
            header = segment.append(batch, base_offset=segment.next_offset)
            if self._fsync:
                segment.flush()
        except OSError:
            logger.exception("append_failed partition=%s", self.folder.name)
            return Appended(ErrorCode.STORAGE_ERROR, -1)
        note_producer(self.producers, header)
        self._wake(len(batch))
        return Appended(ErrorCode.NONE, header.base_offset)

    def _writable(self, size: int) -> Segment:
        last = self.segments[-1] if self.segments else None
        if last is None or (last.size and last.size + size > self.config.segment_bytes):
            self.roll()
        else:
            self.roll_if_due()
        return self.segments[-1]

    def _wake(self, arrived: int) -> None:
        for waiter in self.waiters:
            waiter.arrived(arrived)
        if self.is_closed:
            for waiter in self.waiters:
                waiter.finish()

    def _first_record_reaching(self, batch: bytes, timestamp: int) -> Located:
        header = read_header(batch)
        for record in records_of(batch) or ():
            if record.timestamp >= timestamp and record.offset >= self.start_offset:
                return Located(record.offset, record.timestamp)
        return Located(max(header.base_offset, self.start_offset), header.first_timestamp)

    def _drop_oldest(self, count: int) -> None:
        if count == len(self.segments):
            self.roll()
        for _ in range(count):
            self.segments.pop(0).delete()
        self.start_offset = max(self.start_offset, self.segments[0].base_offset)
        logger.info("segments_expired partition=%s count=%d", self.folder.name, count)
