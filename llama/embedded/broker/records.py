"""Record batches: opaque bytes behind a fixed header (record format v2 of the Kafka protocol).

The produce and fetch paths read headers only. Records are decoded in three places: keys of
compacted topics when they are written, timestamps when a client asks for the offset of a time, and
compaction.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol, TypeAlias

import cramjam
from aiokafka.errors import KafkaError
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

from llama.embedded.broker.compression import Codec, is_bomb
from llama.embedded.broker.errors import ErrorCode

Buffer: TypeAlias = bytes | bytearray | memoryview

_HEADER = struct.Struct(">qiibIhiqqqhii")
_CRC_STARTS_AT = 21
_MAGIC = 2
_CODEC_BITS = 0x07
_LAST_CODEC = 4
_UNSUPPORTED_BITS = 0x38  # log-append time, transactional, control

# What decoders raise when they meet bytes that are not theirs.
_DAMAGE = (
    KafkaError,
    cramjam.DecompressionError,
    zlib.error,
    ValueError,
    OverflowError,
    MemoryError,
    OSError,
    EOFError,
    RuntimeError,
    struct.error,
    AssertionError,
)

HEADER_SIZE = _HEADER.size
LENGTH_ENDS_AT = 12
EPOCH_ENDS_AT = 16
NO_PRODUCER = -1


# Annotated for bytes only, but takes any buffer; slices of a frame must not be copied.
_checksum: Callable[[Buffer], int] = calc_crc32c  # pyright: ignore[reportAssignmentType]


class Record(Protocol):
    """One decoded record; offset is absolute, timestamp in ms since 1970."""

    @property
    def offset(self) -> int:
        """Position in the partition."""
        ...

    @property
    def timestamp(self) -> int:
        """Time in ms since 1970."""
        ...

    @property
    def key(self) -> bytes | None:
        """What compaction goes by."""
        ...

    @property
    def value(self) -> bytes | None:
        """Content; None is a tombstone."""
        ...

    @property
    def headers(self) -> list[tuple[str, bytes | None]]:
        """Names and values beside the content."""
        ...


class BatchHeader(NamedTuple):
    """The 61 bytes before the records of a batch; timestamps in ms since 1970."""

    base_offset: int
    length: int
    leader_epoch: int
    magic: int
    crc: int
    attributes: int
    last_offset_delta: int
    first_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    record_count: int

    @property
    def size(self) -> int:
        """Bytes of the whole batch, header included."""
        return self.length + LENGTH_ENDS_AT

    @property
    def last_offset(self) -> int:
        """The offset of its last record."""
        return self.base_offset + self.last_offset_delta

    @property
    def next_offset(self) -> int:
        """The offset after its last record."""
        return self.base_offset + self.last_offset_delta + 1


def read_header(buffer: Buffer, at: int = 0) -> BatchHeader:
    """Read the header that starts at a position; the buffer must hold all its 61 bytes."""
    return BatchHeader._make(_HEADER.unpack_from(buffer, at))


def is_intact(batch: Buffer, header: BatchHeader) -> bool:
    """Whether the checksum (CRC-32C over everything after itself) fits the bytes."""
    return _checksum(memoryview(batch)[_CRC_STARTS_AT:]) == header.crc


def refusal_of(batch: Buffer) -> ErrorCode:
    """Say why bytes sent by a producer are not one well-formed batch; NONE when they are."""
    if len(batch) < HEADER_SIZE:
        return ErrorCode.CORRUPT_MESSAGE
    header = read_header(batch)
    if header.magic != _MAGIC:
        return ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT
    if header.size != len(batch) or not is_intact(batch, header):
        return ErrorCode.CORRUPT_MESSAGE
    return _refusal_of_fields(header)


def _refusal_of_fields(header: BatchHeader) -> ErrorCode:
    counts_agree = 0 < header.record_count == header.last_offset_delta + 1
    known_codec = header.attributes & _CODEC_BITS <= _LAST_CODEC
    plain = not header.attributes & _UNSUPPORTED_BITS
    sequenced = header.producer_id < 0 or (header.producer_epoch >= 0 <= header.base_sequence)
    good = counts_agree and known_codec and plain and sequenced
    return ErrorCode.NONE if good else ErrorCode.INVALID_RECORD


def records_of(batch: Buffer) -> Iterator[Record] | None:
    """Decode the records of a batch; None when its payload is damaged, or would be huge.

    Everything is decoded before the first record is handed out, so that a damaged batch has no half
    effect.
    """
    codec = Codec(read_header(batch).attributes & _CODEC_BITS)
    try:
        if is_bomb(memoryview(batch)[HEADER_SIZE:], codec):
            return None
        return iter(list(DefaultRecordBatch(bytes(batch))))
    except _DAMAGE:
        return None


def has_null_key(batch: Buffer) -> bool | None:
    """Whether any record has no key; None when the payload is damaged."""
    records = records_of(batch)
    return None if records is None else any(record.key is None for record in records)


def with_records(batch: Buffer, kept: Iterable[Record]) -> bytes:
    """Write the batch again with some of its records (at least one), at their old offsets."""
    header = read_header(batch)
    builder = DefaultRecordBatchBuilder(
        magic=_MAGIC,
        compression_type=header.attributes & _CODEC_BITS,
        is_transactional=0,
        producer_id=header.producer_id,
        producer_epoch=header.producer_epoch,
        base_sequence=header.base_sequence,
        batch_size=0x7FFFFFFF,
    )
    for record in kept:
        delta = record.offset - header.base_offset
        builder.append(delta, record.timestamp, record.key, record.value, list(record.headers))
    rebuilt = builder.build()
    struct.pack_into(">q", rebuilt, 0, header.base_offset)
    return bytes(rebuilt)
