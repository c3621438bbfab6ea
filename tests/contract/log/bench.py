"""A log to be judged: what it writes with, reads with and follows with, and fresh topics."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Protocol

from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.reader import KafkaReader
from llama.adapters.kafka.subscription import IDLE_MS, KafkaSubscription, Share
from llama.adapters.kafka.topics import ensure_topics
from llama.adapters.memory.log import MemoryLog, MemorySubscription
from llama.ports.message_log import Batch, LogReader, MessageLog, Record, Subscription
from schemas.facts import FileRequested
from schemas.topics import MEBIBYTE, Topic

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAMES = count()
"""Numbers that make topics unique: servers live as long as the session."""
Places = Mapping[tuple[str, int], int]
"""Offsets by topic and partition."""


class Subscribes(Protocol):
    """Opens a subscription."""

    def __call__(
        self, *topics: Topic, at: Places | None = None
    ) -> AbstractAsyncContextManager[Subscription]: ...


@dataclass(frozen=True, slots=True)
class Bench:
    """One implementation of the three ports of the log."""

    log: MessageLog
    reader: LogReader
    subscribe: Subscribes
    address: str | None = None
    """Of the server; None in memory."""

    async def topic(self, *, partitions: int = 1) -> Topic:
        """Make a topic that nobody has used before."""
        topic = a_topic(partitions=partitions)
        if self.address:
            await ensure_topics(self.address, [topic])
        return topic

    async def records(self, topic: Topic) -> list[Record]:
        """Read a whole topic."""
        return [record async for batch in self.reader.read(topic) for record in batch.records]


def a_topic(*, partitions: int = 1, **config: str) -> Topic:
    settings = {name.replace("_", "."): value for name, value in config.items()}
    limit = {"max.message.bytes": str(4 * MEBIBYTE)}
    return Topic(f"log-{next(NAMES)}", "event", partitions, {**limit, **settings})


def a_message(number: int = 0, *, event: str = "S230914ak", reason: str = "") -> FileRequested:
    return FileRequested(
        id=f"act-{number}",
        cause="request",
        occurred_at=NOON,
        event=event,
        handler="Skymap",
        reason=reason,
    )


async def first(subscription: Subscription, records: int = 1) -> list[Batch]:
    """Take hauls, confirming each, until so many records have come."""
    taken: list[Batch] = []
    async for haul in subscription.hauls():
        taken += haul
        await subscription.confirm(haul)
        if sum(len(one.records) for one in taken) >= records:
            break
    return taken


def values(batches: Sequence[Batch]) -> list[bytes | None]:
    return [record.value for batch in batches for record in batch.records]


def memory_bench() -> Bench:
    log = MemoryLog()

    def subscribe(
        *topics: Topic, at: Places | None = None
    ) -> AbstractAsyncContextManager[Subscription]:
        return nullcontext(MemorySubscription(log, topics, at or {}))

    return Bench(log, log, subscribe)


def kafka_subscription(
    address: str,
    *topics: Topic,
    at: Places | None = None,
    share: Share | None = None,
    max_records: int = 500,
    idle_ms: int = IDLE_MS,
) -> KafkaSubscription:
    async def positions(topic: str) -> Mapping[int, int]:
        return {number: to for (name, number), to in (at or {}).items() if name == topic}

    return KafkaSubscription(
        address,
        topics,
        consumer=f"reader-{next(NAMES)}",
        positions=positions,
        share=share or Share(),
        max_records=max_records,
        idle_ms=idle_ms,
    )


@asynccontextmanager
async def kafka_bench(address: str) -> AsyncGenerator[Bench]:
    def subscribe(
        *topics: Topic, at: Places | None = None
    ) -> AbstractAsyncContextManager[Subscription]:
        return kafka_subscription(address, *topics, at=at)

    async with KafkaLog(address, client_id="tests") as log, KafkaReader(address) as reader:
        yield Bench(log, reader, subscribe, address)
