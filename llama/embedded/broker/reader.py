"""Reads the primitive types of the protocol from a frame, without copying what is large."""

from __future__ import annotations

import struct

from llama.embedded.broker.errors import MalformedFrame

_INT16 = struct.Struct(">h")
_INT32 = struct.Struct(">i")
_INT64 = struct.Struct(">q")


class Reader:
    """A position in a frame that moves with every value read.

    Raises struct.error or MalformedFrame when the frame ends too early.
    """

    def __init__(self, body: memoryview) -> None:
        self._body = body
        self._at = 0

    def int16(self) -> int:
        """Read a signed 16-bit number."""
        value: int = _INT16.unpack_from(self._body, self._at)[0]
        self._at += 2
        return value

    def int32(self) -> int:
        """Read a signed 32-bit number."""
        value: int = _INT32.unpack_from(self._body, self._at)[0]
        self._at += 4
        return value

    def int64(self) -> int:
        """Read a signed 64-bit number."""
        value: int = _INT64.unpack_from(self._body, self._at)[0]
        self._at += 8
        return value

    def nullable_string(self) -> str | None:
        """Read a string that may be absent."""
        length = self.int16()
        return None if length < 0 else str(self._take(length), "utf-8")

    def string(self) -> str:
        """Read a string."""
        return str(self._take(self.int16()), "utf-8")

    def bytes(self) -> memoryview:
        """Read a run of bytes, as a slice of the frame; absent ones are empty."""
        return self._take(max(self.int32(), 0))

    def array(self) -> range:
        """Read the length of an array, as a range to iterate over; absent ones are empty.

        No element takes less than four bytes, so a length that cannot be true is refused before
        anything is built.
        """
        length = self.int32()
        if length * 4 > len(self._body) - self._at:
            raise MalformedFrame(f"an array of {length} elements does not fit into its frame")
        return range(length)

    def _take(self, length: int) -> memoryview:
        end = self._at + length
        if length < 0 or end > len(self._body):
            raise MalformedFrame(
                f"{length} bytes are announced, {len(self._body) - self._at} are there"
            )
        taken = self._body[self._at : end]
        self._at = end
        return taken
