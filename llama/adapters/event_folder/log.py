"""The log of one event as a file: a fact a line, synced before it counts."""

import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from llama.domain.digests import digest_bytes
from llama.domain.errors import EventFolderCorrupt
from schemas.base import EventMessage
from schemas.facts import FACTS, Fact

_BLOCK_BYTES = 65536


class FileLog:
    """Reads and appends facts; the writer holds the event's lock."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def identity(self) -> str:
        """Return the digest of the first line, which stays as long as it is this log, or nothing.

        Not the file's number: another file may have it as soon as this one is gone.
        """
        with self._path.open("rb") as file:
            first = file.readline()
        return digest_bytes(first) if first.endswith(b"\n") else ""

    def facts(self, after: int) -> tuple[Sequence[Fact], int]:
        """Return the facts behind a byte of the file, and the place behind them.

        A last line without its end was never acknowledged: it is left out. EventFolderCorrupt
        if another line is no fact, or the file has become shorter.
        """
        with self._path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < after:
                message = f"{self._path} is shorter than it was when it was read last"
                raise EventFolderCorrupt(f"{message}: restore it from a copy, or open it anew")
            file.seek(after)
            tail = file.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        return [self._read(line) for line in whole.split(b"\n")[:-1]], after + len(whole)

    def append(self, facts: Sequence[EventMessage]) -> None:
        """Write facts behind the last whole line, all of them or none, and sync; OSError."""
        lines = b"".join(fact.model_dump_json().encode() + b"\n" for fact in facts)
        # Without a buffer: one that could not be written would be written when it is closed.
        descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            end = _end_of_lines(descriptor)
            os.ftruncate(descriptor, end)
            try:
                _write(descriptor, lines, end)
            except OSError:
                os.ftruncate(descriptor, end)
                raise
        finally:
            os.close(descriptor)

    def _read(self, line: bytes) -> Fact:
        try:
            return FACTS.validate_json(line)
        except ValidationError as error:
            message = f"{self._path} has a line that is no fact: {line[:80]!r}"
            raise EventFolderCorrupt(f"{message}; restore the file from a copy") from error


def _write(descriptor: int, lines: bytes, place: int) -> None:
    left = memoryview(lines)
    while left:
        written = os.pwrite(descriptor, left, place)
        left, place = left[written:], place + written
    os.fsync(descriptor)


def _end_of_lines(descriptor: int) -> int:
    """Return the place behind the last line that has its end."""
    end = os.fstat(descriptor).st_size
    while end:
        start = max(end - _BLOCK_BYTES, 0)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
