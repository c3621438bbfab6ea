"""The log in memory: for tests and simulations of services in one process."""

import asyncio
import sys
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from llama.ports.message_log import Batch, Haul, Record
from schemas.base import Message
from schemas.envelope import body_of, headers_of, key_of
from schemas.topics import Topic


class MemoryLog:
    """Topics as lists; writes, reads and wakes up those who follow."""

    def __init__(self) -> None:
        self._partitions: dict[tuple[str, int], list[Record]] = {}
        self._grown = asyncio.Condition()

    def partition(self, topic: str, number: int) -> list[Record]:
        """Return the records of a partition."""
        return self._partitions.setdefault((topic, number), [])

    async def append(self, topic: Topic, messages: Sequence[Message]) -> Sequence[Record]:
        """Write messages in order, each into its key's partition."""
        records = [
            self._add(topic, key_of(message), body_of(message), tuple(headers_of(message)))
            for message in messages
        ]
        await self._wake()
        return records

    async def append_raw(
        self, topic: Topic, value: bytes, *, headers: Mapping[str, bytes]
    ) -> Record:
        """Write bytes as they are."""
        record = self._add(topic, None, value, tuple(headers.items()))
        await self._wake()
        return record

    async def ends(self, topic: Topic) -> Mapping[int, int]:
        """Return the offset after the last record of every partition."""
        return {n: len(self.partition(topic.name, n)) for n in range(topic.partitions)}

    async def read(self, topic: Topic) -> AsyncIterator[Batch]:
        """Go through all records that there are now."""
        for number, end in (await self.ends(topic)).items():
            if end:
                records = tuple(self.partition(topic.name, number)[:end])
                yield Batch(topic.name, number, 0, records)

    async def wait_for(self, stands: Mapping[tuple[str, int], int]) -> None:
        """Return when some partition has grown beyond where its reader stands."""
        async with self._grown:
            await self._grown.wait_for(
                lambda: any(len(self.partition(*at)) > stand for at, stand in stands.items())
            )

    async def _wake(self) -> None:
        async with self._grown:
            self._grown.notify_all()

    def _add(
        self,
        topic: Topic,
        key: bytes | None,
        value: bytes,
        headers: tuple[tuple[str, bytes], ...],
    ) -> Record:
        number = zlib.crc32(key or b"") % topic.partitions
        records = self.partition(topic.name, number)
        records.append(Record(topic.name, number, len(records), key, value, headers))
        return records[-1]


class MemorySubscription:
    """Follows topics of a MemoryLog from given positions."""

    def __init__(
        self,
        log: MemoryLog,
        topics: Sequence[Topic],
        positions: Mapping[tuple[str, int], int],
        *,
        most: int = sys.maxsize,
    ) -> None:
        self._log = log
        self._most = most
        self._stands = {
            (topic.name, number): positions.get((topic.name, number), 0)
            for topic in topics
            for number in range(topic.partitions)
        }

    async def hauls(self) -> AsyncIterator[Haul]:
        """Go through what comes in, for ever; what was not confirmed comes again."""
        while True:
            await self._log.wait_for(self._stands)
            yield list(self._waiting())

    def _waiting(self) -> Iterator[Batch]:
        left = self._most
        for (topic, number), stand in self._stands.items():
            records = tuple(self._log.partition(topic, number)[stand:][:left])
            left -= len(records)
            if records:
                yield Batch(topic, number, stand, records)

    async def confirm(self, haul: Haul) -> None:
        """Say that a haul has had all its effects."""
        for batch in haul:
            self._stands[batch.topic, batch.partition] = batch.end
