"""Sources to be judged: somebody puts records there, and a feed is opened at some places."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.topics import ensure_topics
from llama.adapters.memory.sources import MemorySource
from llama.adapters.sources.folder import FolderFeed
from llama.adapters.sources.gcn import GcnFeed
from llama.adapters.sources.kafka import KafkaFeed
from llama.domain.sources.copying import Arrival
from llama.domain.sources.kinds import FolderSource
from llama.ports.sources import Feed, Haul, Places
from schemas.topics import MEBIBYTE, Topic

NAMES = count()
LOOK_EVERY_S = 0.05


class Judged(Protocol):
    """A source under judgement."""

    async def put(self, value: bytes) -> None: ...

    def open(self, places: Places | None = None) -> AbstractAsyncContextManager[Feed]: ...


@dataclass(slots=True)
class InMemory:
    source: MemorySource = field(default_factory=MemorySource)

    async def put(self, value: bytes) -> None:
        self.source.put("topic", value)

    def open(self, places: Places | None = None) -> AbstractAsyncContextManager[Feed]:
        return self.source.open(places or {})


@dataclass(slots=True)
class OfKafka:
    """A topic of a server."""

    log: KafkaLog
    address: str
    topic: Topic

    async def put(self, value: bytes) -> None:
        await self.log.append_raw(self.topic, value, headers={"_test": b"true"})

    def open(self, places: Places | None = None) -> AbstractAsyncContextManager[Feed]:
        return KafkaFeed(self.address, [self.topic.name], places or {}, look_every_s=LOOK_EVERY_S)


@dataclass(slots=True)
class OfGcn(OfKafka):
    """A topic that is read as GCN's are, but that nobody asks who we are."""

    def open(self, places: Places | None = None) -> AbstractAsyncContextManager[Feed]:
        return gcn_feed(self.address, self.topic.name, places=places)


def gcn_feed(address: str, *topics: str, places: Places | None = None) -> GcnFeed:
    plain = {"bootstrap.servers": address, "security.protocol": "plaintext"}
    return GcnFeed(topics, places or {}, plain, look_every_s=LOOK_EVERY_S)


@dataclass(slots=True)
class OfFolder:
    folder: Path
    settled_after_s: float = 0.05

    async def put(self, value: bytes) -> None:
        name = f"{next(NAMES):06}.json"
        draft = self.folder / f".{name}"
        draft.write_bytes(value)
        draft.rename(self.folder / name)

    def open(self, places: Places | None = None) -> AbstractAsyncContextManager[Feed]:
        source = FolderSource("file:///x", str(self.folder), follow=True)
        return FolderFeed(source, places or {}, self.settled_after_s, LOOK_EVERY_S)


async def a_topic(address: str, *, partitions: int = 1) -> Topic:
    limit = {"max.message.bytes": str(24 * MEBIBYTE)}
    topic = Topic(f"source-{next(NAMES)}", "none", partitions, limit)
    await ensure_topics(address, [topic])
    return topic


async def taken(feed: Feed, records: int) -> list[Arrival]:
    """Take hauls until so many records have come."""
    found: list[Arrival] = []
    async for haul in feed.hauls():
        found += haul.arrivals
        if len(found) >= records:
            break
    return found


async def level(feed: Feed) -> Haul:
    """Take hauls until the source has no more."""
    async for haul in feed.hauls():
        if haul.lag == 0 and not haul.arrivals:
            return haul
    raise AssertionError("the source ended")


def values(arrivals: Sequence[Arrival]) -> list[bytes | None]:
    return [one.value for one in arrivals]


def after(arrivals: Sequence[Arrival]) -> Places:
    """Return the places behind some records."""
    return {one.place: one.offset + 1 for one in arrivals}
