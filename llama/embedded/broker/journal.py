"""The journal: every change of the broker's own state, one JSON line each, replayed at start.

Records live in the partition logs; here are topics, configurations, reserved producer ids,
committed offsets and log starts. The file is written anew from the state when it is opened and
whenever it has grown large, so that it stays in proportion to the state.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias, get_args

import orjson

from llama.embedded.broker.errors import JournalCorrupt

_COMPACT_ABOVE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TopicCreated:
    """A topic came to be; `incarnation` tells it from deleted topics of the same name."""

    name: str
    incarnation: int
    partitions: int
    config: dict[str, str]


@dataclass(frozen=True, slots=True)
class PartitionsAdded:
    """A topic has this many partitions from now on."""

    name: str
    partitions: int


@dataclass(frozen=True, slots=True)
class TopicConfigured:
    """The configuration of a topic was replaced."""

    name: str
    config: dict[str, str]


@dataclass(frozen=True, slots=True)
class TopicDeleted:
    """A topic and all its records are gone."""

    name: str


@dataclass(frozen=True, slots=True)
class LogStartMoved:
    """Records before this offset were deleted on request."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class ProducerIdsReserved:
    """Producer ids below this one may have been handed out."""

    below: int


@dataclass(frozen=True, slots=True)
class OffsetsCommitted:
    """A group has read up to these offsets: (topic, partition, offset, metadata)."""

    group: str
    positions: list[tuple[str, int, int, str]]


@dataclass(frozen=True, slots=True)
class GroupDeleted:
    """The committed offsets of a group are forgotten."""

    group: str


TopicEntry: TypeAlias = (
    TopicCreated | PartitionsAdded | TopicConfigured | TopicDeleted | LogStartMoved
)
Entry: TypeAlias = TopicEntry | ProducerIdsReserved | OffsetsCommitted | GroupDeleted
_KINDS = MappingProxyType({kind.__name__: kind for kind in get_args(Entry)})


class Journal:
    """An append-only file of entries.

    `apply` takes every entry, old ones while opening and new ones after they are written;
    `snapshot` gives the fewest entries that lead to the present state. Raises JournalCorrupt when a
    complete line cannot be read; a torn last line, left by a crash, is dropped.
    """

    def __init__(
        self,
        path: Path,
        *,
        apply: Callable[[Entry], None],
        snapshot: Callable[[], Iterable[Entry]],
        fsync: bool = False,
    ) -> None:
        self._path = path
        self._apply = apply
        self._snapshot = snapshot
        self._fsync = fsync
        for entry in _read(path):
            apply(entry)
        self._rewrite()

    def write(self, entry: Entry) -> None:
        """Write an entry, then apply it. Raises OSError, and changes nothing, on a full disk."""
        self._append(_encode(entry))
        self._apply(entry)
        if self._size > self._compact_above:
            os.close(self._descriptor)
            self._rewrite()

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _append(self, line: bytes) -> None:
        written = os.pwrite(self._descriptor, line, self._size)
        if written < len(line):
            os.ftruncate(self._descriptor, self._size)
            raise OSError(
                f"{self._path}: only {written} of {len(line)} bytes fit; make room on the disk"
            )
        self._size += written
        if self._fsync:
            os.fdatasync(self._descriptor)

    def _rewrite(self) -> None:
        content = b"".join(map(_encode, self._snapshot()))
        replace_file(self._path, content)
        self._size = len(content)
        self._compact_above = _COMPACT_ABOVE_BYTES + 2 * self._size
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CLOEXEC)


def replace_file(path: Path, content: bytes) -> None:
    """Put new content in the place of a file, so that a crash leaves either the old or the new."""
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _encode(entry: Entry) -> bytes:
    return orjson.dumps([type(entry).__name__, asdict(entry)]) + b"\n"


def _read(path: Path) -> Iterable[Entry]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            yield _decode(line, where=f"{path}:{number}")


def _decode(line: bytes, *, where: str) -> Entry:
    try:
        kind, fields = orjson.loads(line)
        return _KINDS[kind](**fields)
    except (ValueError, KeyError, TypeError) as error:
        raise JournalCorrupt(
            f"{where} is no journal entry ({error}); "
            "restore the file from a copy, or start with an empty data folder"
        ) from error
