"""One segment: a file of record batches, read in place and never held in memory."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from llama.embedded.broker.index import SparseIndex
from llama.embedded.broker.records import (
    EPOCH_ENDS_AT,
    HEADER_SIZE,
    LENGTH_ENDS_AT,
    BatchHeader,
    Buffer,
    is_intact,
    read_header,
)

SUFFIX = ".log"
_INDEX_INTERVAL = 16 * 1024  # 24 bytes of memory for 16 KiB of log
_WINDOW = 256 * 1024
_PREFIX = struct.Struct(">qii")


class Segment:
    """Batches from `base_offset` on, in one append-only file.

    Only the last segment of a partition is written to. Errors of the disk surface as OSError; a
    failed append leaves the file as it was.
    """

    def __init__(self, folder: Path, base_offset: int) -> None:
        self.path = folder / f"{base_offset:020d}{SUFFIX}"
        self.base_offset = base_offset
        self.next_offset = base_offset
        self.size = 0
        self._index = SparseIndex(_INDEX_INTERVAL)
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    @property
    def max_timestamp(self) -> int:
        """The largest timestamp of its records, in ms; -1 while empty."""
        return self._index.max_timestamp

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def delete(self) -> None:
        """Close the file and remove it from disk."""
        self.close()
        self.path.unlink(missing_ok=True)

    def flush(self) -> None:
        """Wait until the records have reached the disk."""
        os.fdatasync(self._descriptor)

    def recover(self, *, verify: bool, on_batch: Callable[[BatchHeader], None]) -> int:
        """Find the batches of an existing file and cut off a torn tail.

        With `verify` the checksum of every batch is compared. Returns how many bytes were cut off.
        """
        found = os.fstat(self._descriptor).st_size
        for position, header in scan(self._descriptor, found):
            if verify and not is_intact(self._pread(header.size, position), header):
                break
            if header.base_offset < self.next_offset:
                break
            self._note(header, position)
            on_batch(header)
        os.ftruncate(self._descriptor, self.size)
        return found - self.size

    def append(self, batch: Buffer, *, base_offset: int) -> BatchHeader:
        """Write a batch at the end under the offsets the log gives it."""
        header = read_header(batch)._replace(base_offset=base_offset, leader_epoch=0)
        prefix = _PREFIX.pack(base_offset, header.length, 0)
        try:
            self._pwrite(prefix, memoryview(batch)[EPOCH_ENDS_AT:])
        except OSError:
            os.ftruncate(self._descriptor, self.size)
            raise
        self._note(header, self.size)
        return header

    def read(self, offset: int, max_bytes: int) -> bytes:
        """Read whole batches from the one that holds `offset` on, at least one if there is one.

        Returns at most `max_bytes` bytes unless the first batch alone is larger.
        """
        start = self._locate(offset)
        if start >= self.size:
            return b""
        end = self.size
        if end - start > max_bytes:
            first = read_header(self._pread(HEADER_SIZE, start)).size
            end = max(start + first, self._index.boundary_within(start + max_bytes))
        return self._pread(end - start, start)

    def first_batch_reaching(self, timestamp: int) -> bytes | None:
        """Read the first batch that reaches a timestamp (ms); None when there is none."""
        if self.max_timestamp < timestamp:
            return None
        begin = self._index.position_before_time(timestamp)
        for position, header in scan(self._descriptor, self.size, begin=begin):
            if header.max_timestamp >= timestamp:
                return self._pread(header.size, position)
        return None

    def batches(self) -> Iterator[bytes]:
        """Read every batch, one at a time.

        The file is opened anew for this: the segment may be closed or deleted meanwhile.
        """
        size = self.size
        descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            for position, header in scan(descriptor, size):
                yield os.pread(descriptor, header.size, position)
        finally:
            os.close(descriptor)

    def _locate(self, offset: int) -> int:
        begin = self._index.position_before(offset)
        for position, header in scan(self._descriptor, self.size, begin=begin):
            if header.last_offset >= offset:
                return position
        return self.size

    def _note(self, header: BatchHeader, position: int) -> None:
        self._index.note(header.base_offset, position, max_timestamp=header.max_timestamp)
        self.next_offset = header.next_offset
        self.size = position + header.size

    def _pread(self, length: int, position: int) -> bytes:
        return os.pread(self._descriptor, length, position)

    def _pwrite(self, prefix: bytes, rest: memoryview) -> None:
        written = os.pwritev(self._descriptor, (prefix, rest), self.size)
        remaining = memoryview(prefix + rest) if written < len(prefix) + len(rest) else rest[:0]
        while written < len(remaining):
            written += os.pwrite(self._descriptor, remaining[written:], self.size + written)


def scan(descriptor: int, size: int, *, begin: int = 0) -> Iterator[tuple[int, BatchHeader]]:
    """Walk the headers of a file, through a window, up to the first incomplete batch."""
    position, window, window_at = begin, b"", begin
    while position + HEADER_SIZE <= size:
        if position + HEADER_SIZE > window_at + len(window):
            window, window_at = os.pread(descriptor, _WINDOW, position), position
        header = read_header(window, position - window_at)
        if header.length < HEADER_SIZE - LENGTH_ENDS_AT or position + header.size > size:
            return
        yield position, header
        position += header.size
