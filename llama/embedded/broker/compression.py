"""How large a compressed batch would become: a small frame must not fill the memory.

A few kilobytes can unpack to gigabytes. Before a batch is decoded its payload is unpacked as far as
a limit and thrown away; only payloads that are large enough to be dangerous are looked at.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Callable, Iterator
from enum import IntEnum

import cramjam

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
_HARMLESS_BYTES = 4 * 1024  # no codec makes more than 32768 bytes of one
_GZIP_WINDOW = 31
_XERIAL_HEADER_BYTES = 16
_XERIAL_MAGIC = b"\x82SNAPPY\x00"


class Codec(IntEnum):
    """The compression of a batch, as its attributes have it."""

    NONE = 0
    GZIP = 1
    SNAPPY = 2
    LZ4 = 3
    ZSTD = 4


def is_bomb(payload: memoryview, codec: Codec, *, limit: int = MAX_UNPACKED_BYTES) -> bool:
    """Whether a payload unpacks to more than `limit` bytes.

    A damaged payload may be called a bomb, or raise zlib.error, ValueError or struct.error.
    """
    if codec is Codec.NONE or len(payload) <= _HARMLESS_BYTES:
        return False
    match codec:
        case Codec.GZIP:
            return _gzip_exceeds(payload, limit)
        case Codec.SNAPPY:
            return sum(_snappy_sizes(payload)) > limit
        case Codec.LZ4:
            return _overflows(payload, cramjam.lz4.decompress_into, limit)
        case Codec.ZSTD:
            return _overflows(payload, cramjam.zstd.decompress_into, limit)


def _gzip_exceeds(payload: memoryview, limit: int) -> bool:
    """Look at every member of the stream: the decoder joins them."""
    unpacked, rest = 0, bytes(payload)
    while rest:
        member = zlib.decompressobj(wbits=_GZIP_WINDOW)
        unpacked += len(member.decompress(rest, limit + 1 - unpacked))
        if unpacked > limit:
            return True
        rest = member.unused_data
    return False


def _overflows(
    payload: memoryview, unpack_into: Callable[[memoryview, memoryview], int], limit: int
) -> bool:
    """Unpack into as much room as is allowed; the system provides it page by page."""
    with mmap.mmap(-1, limit) as room, memoryview(room) as output:
        try:
            unpack_into(payload, output)
        except cramjam.DecompressionError:
            return True
    return False


def _snappy_sizes(payload: memoryview) -> Iterator[int]:
    """Every block says its unpacked size first."""
    if bytes(payload[: len(_XERIAL_MAGIC)]) != _XERIAL_MAGIC:
        yield _varint(payload)
        return
    at = _XERIAL_HEADER_BYTES
    while at < len(payload):
        (size,) = struct.unpack_from(">i", payload, at)
        if size <= 0:
            raise ValueError(f"a snappy block of {size} bytes")
        yield _varint(payload[at + 4 :])
        at += 4 + size


def _varint(data: memoryview) -> int:
    value = 0
    for position, byte in enumerate(data[:5]):
        value |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            return value
    raise ValueError("a snappy block without a size")
