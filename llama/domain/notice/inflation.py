"""Inflating gzip in bounded time and memory, to learn whether it may be opened later."""

import zlib
from dataclasses import dataclass
from typing import Literal

GZIP = b"\x1f\x8b"
"""The first bytes of every gzip member."""

Verdict = Literal["whole", "damaged", "short", "trailing", "bomb"]
"""Whole; checksum or coding wrong; ends too early; other bytes follow; too large or too many."""

_GZIP_FORMAT = 31
"""zlib's word for: a gzip header and checksum, the largest window."""
_FEED = 4096
"""Bytes fed at once: they inflate to 4.2 MB at most, and little is copied after each member."""
_MAX_MEMBERS = 2048
"""One member is normal; block-wise writers make one for every 64 KiB."""


@dataclass(frozen=True, slots=True)
class _Member:
    end: int
    """Where the next member would begin."""
    size: int
    """Bytes inflated, just above the room when there was too little."""
    is_whole: bool


def inspect_gzip(content: bytes, room: int) -> Verdict:
    """Inflate all members of a gzip file, keeping nothing; more than `room` bytes is a bomb."""
    source = memoryview(content)
    start = 0
    for _ in range(_MAX_MEMBERS):
        try:
            member = _inflate_member(source, start, room)
        except zlib.error:
            return "damaged"
        room -= member.size
        start = member.end
        if room < 0:
            return "bomb"
        if not member.is_whole:
            return "short"
        if not content.startswith(GZIP, start):
            return "trailing" if content[start:].strip(b"\0") else "whole"
    return "bomb"


def _inflate_member(source: memoryview, start: int, room: int) -> _Member:
    inflater = zlib.decompressobj(_GZIP_FORMAT)
    size = 0
    for place in range(start, len(source), _FEED):
        size += len(inflater.decompress(source[place : place + _FEED]))
        if inflater.eof or size > room:
            end = min(place + _FEED, len(source)) - len(inflater.unused_data)
            return _Member(end, size, is_whole=inflater.eof)
    return _Member(len(source), size, is_whole=False)
