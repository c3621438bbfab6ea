"""Topics of somebody else's Kafka: read from where we stopped, without a group."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError

from llama.adapters.kafka.closing import stop
from llama.domain.errors import Unavailable
from llama.domain.sources.copying import LARGEST_RECORD, Arrival
from llama.domain.sources.kafka_urls import HEARTBEATS
from llama.ports.sources import Haul, Places
from schemas.topics import MEBIBYTE

FETCH_BYTES = 25 * MEBIBYTE
"""One record of the largest kind must fit; that much may be in memory for each source."""
MOST_RECORDS = 100
"""In one haul: if the process ends before their positions are kept, so many are copied again."""
POLL_MS = 500
LOOK_EVERY_S = 2.0
"""Between two questions where the topics end: it is how a server that is gone is noticed."""
ANSWER_WITHIN_S = 10.0
"""A broker on the other side of the world, over a bad line."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 7_000_000_000_000
"""In the year 2191."""

Answer = TypeVar("Answer")


class KafkaFeed:
    """A consumer that has all partitions of some topics; whoever uses it keeps the positions."""

    def __init__(
        self,
        server: str,
        topics: Sequence[str],
        places: Places,
        *,
        access: Mapping[str, Any] | None = None,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._server = server
        self._topics = topics
        self._places = places
        self._look_every_s = look_every_s
        self._complaints: dict[str, str] = {}
        self._lost = 0
        self._moved: dict[tuple[str, int], int] = {}
        self._beat: datetime | None = None
        self._consumer: AIOKafkaConsumer = AIOKafkaConsumer(
            bootstrap_servers=server,
            client_id="llama.intake",
            enable_auto_commit=False,
            # Whoever falls behind what the server keeps is told so, and begins where it does.
            auto_offset_reset="none",
            fetch_max_bytes=FETCH_BYTES,
            max_partition_fetch_bytes=FETCH_BYTES,
            request_timeout_ms=int(1000 * ANSWER_WITHIN_S),
            **(access or {}),
        )

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            opening.push_async_callback(stop, self._consumer)
            await self._asking(self._open())
            opening.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await stop(self._consumer)

    async def hauls(self) -> AsyncIterator[Haul]:
        """Look for ever; there is a haul when something came, and each time the server answered."""
        loop = asyncio.get_running_loop()
        looked_at, ends = loop.time(), await self._asking(self._ends())
        yield await self._haul((), ends)
        while True:
            polled = await self._polled()
            is_due = loop.time() - looked_at > self._look_every_s
            if is_due:
                looked_at, ends = loop.time(), await self._asking(self._ends())
                await self._asking(self._take_new_partitions())
            arrivals = [one for messages in polled.values() for one in self._arrivals(messages)]
            if arrivals or is_due:
                yield await self._haul(arrivals, ends)

    async def _open(self) -> None:
        await self._consumer.start()
        await self._assign(await self._partitions())

    async def _partitions(self) -> list[TopicPartition]:
        """Return the partitions of our topics; a topic that there is not is complained of."""
        # What the public questions answer is only of topics that are being read already.
        cluster = await self._consumer._client.fetch_all_metadata()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        found: list[TopicPartition] = []
        for topic in self._topics:
            numbers = cluster.partitions_for_topic(topic)
            found += [TopicPartition(topic, number) for number in sorted(numbers or ())]
            self._complain(topic, "" if numbers else f"there is no topic {topic} for us")
        if not found:
            raise Unavailable(f"{self._server}: {'; '.join(self._complaints.values())}: look there")
        return found

    async def _assign(self, partitions: Sequence[TopicPartition]) -> None:
        starts = await self._consumer.beginning_offsets(list(partitions))
        ends = await self._consumer.end_offsets(list(partitions))
        self._consumer.assign(list(partitions))
        for one in partitions:
            first: int = starts[one]
            start: int = ends[one] if one.topic in HEARTBEATS else first
            stand = self._places.get((one.topic, one.partition), start)
            if one.topic in HEARTBEATS or stand > ends[one]:
                # A topic that ends before the place that was read to was made anew at the source.
                stand = start
            self._lost += max(0, first - stand)
            self._consumer.seek(one, max(stand, first))
            if one.topic not in HEARTBEATS and self._place(one) not in {None, max(stand, first)}:
                self._moved[one.topic, one.partition] = max(stand, first)

    def _place(self, one: TopicPartition) -> int | None:
        return self._places.get((one.topic, one.partition))

    async def _take_new_partitions(self) -> None:
        known, present = self._consumer.assignment(), await self._partitions()
        if known == set(present):
            return
        stands = {one: await self._consumer.position(one) for one in known}
        self._places = {
            **self._places,
            **{(one.topic, one.partition): stand for one, stand in stands.items()},
        }
        await self._assign(present)

    async def _polled(self) -> Mapping[TopicPartition, Sequence[ConsumerRecord[bytes, bytes]]]:
        try:
            return await self._consumer.getmany(timeout_ms=POLL_MS, max_records=MOST_RECORDS)
        except KafkaConnectionError as error:
            raise Unavailable(_nobody_at(self._server)) from error
        except KafkaError as error:
            raise Unavailable(f"{self._server} went away: {_words(error)}") from error

    async def _ends(self) -> Mapping[TopicPartition, int]:
        return await self._consumer.end_offsets(list(self._consumer.assignment()))

    async def _haul(self, arrivals: Sequence[Arrival], ends: Mapping[TopicPartition, int]) -> Haul:
        lag, beat, lost = 0, self._beat, self._lost
        for one, end in ends.items():
            stand = await self._consumer.position(one)
            if one.topic not in HEARTBEATS:
                lag += max(0, end - stand)
        moved, self._moved = self._moved, {}
        self._beat, self._lost = None, 0
        complaint = "; ".join(self._complaints.values())
        return Haul(tuple(arrivals), beat, lag, complaint, lost, moved)

    def _arrivals(self, messages: Sequence[ConsumerRecord[bytes, bytes]]) -> list[Arrival]:
        if messages and messages[0].topic in HEARTBEATS:
            self._beat = _time(messages[-1].timestamp) or self._beat
            return []
        return [_arrival(message) for message in messages]

    def _complain(self, topic: str, what: str) -> None:
        if what:
            self._complaints[topic] = what
        else:
            self._complaints.pop(topic, None)

    async def _asking(self, question: Awaitable[Answer]) -> Answer:
        """Wait for an answer, with an end; Unavailable if there is none."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await question
        except TimeoutError as error:
            raise Unavailable(f"{self._server} does not answer: is it there?") from error
        except KafkaConnectionError as error:
            raise Unavailable(_nobody_at(self._server)) from error
        except KafkaError as error:
            raise Unavailable(f"{self._server} does not do as asked: {_words(error)}") from error


def _arrival(message: ConsumerRecord[bytes, bytes]) -> Arrival:
    value = message.value or b""
    return Arrival(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        value=value if len(value) <= LARGEST_RECORD else None,
        size=len(value),
        at=_time(message.timestamp),
        headers=tuple((name, held or b"") for name, held in message.headers),
    )


def _time(stamp_ms: int) -> datetime | None:
    """Return a record's time; None if it has none, or one that no clock shows."""
    return _EPOCH + timedelta(milliseconds=stamp_ms) if 0 < stamp_ms < _LATEST_MS else None


def _nobody_at(server: str) -> str:
    return f"no Kafka at {server}: is it running, may this machine reach it?"


def _words(error: KafkaError) -> str:
    return str(error)[:300] or type(error).__name__
