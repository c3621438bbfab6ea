"""The log: ordered topics that are written at the end and read from any position."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from schemas.base import Message
from schemas.topics import Topic


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a topic, as it stands there."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition, in order, without a gap."""

    topic: str
    partition: int
    start: int
    """Where the reader stood: the offset of the first record, or before it."""
    records: tuple[Record, ...]

    @property
    def end(self) -> int:
        """Where the reader stands after the batch."""
        return self.records[-1].offset + 1


Haul: TypeAlias = Sequence[Batch]
"""What has come in by now: at most one batch of each partition."""


class MessageLog(Protocol):
    """Writes messages."""

    async def append(self, topic: Topic, messages: Sequence[Message]) -> Sequence[Record]:
        """Write messages in order; once this returns, all replicas have them."""
        ...

    async def append_raw(
        self, topic: Topic, value: bytes, *, headers: Mapping[str, bytes]
    ) -> Record:
        """Write bytes as they are: a notice as the observatory sent it."""
        ...


class LogReader(Protocol):
    """Reads a topic from its first record to where its end is now."""

    def read(self, topic: Topic) -> AsyncIterator[Batch]:
        """Go through all records, partition by partition mixed, each partition in order."""
        ...

    async def ends(self, topic: Topic) -> Mapping[int, int]:
        """Return the offset after the last record of every partition."""
        ...


class Subscription(Protocol):
    """A consumer's share of one or more topics, from where it stopped."""

    def hauls(self) -> AsyncIterator[Haul]:
        """Go through what comes in, for ever; what was not confirmed comes again."""
        ...

    async def confirm(self, haul: Haul) -> None:
        """Say that a haul has had all its effects."""
        ...
