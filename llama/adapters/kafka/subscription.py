"""Follows topics from where the ledger says that this consumer stopped."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from llama.adapters.kafka.closing import stop
from llama.adapters.kafka.records import batch_of, share_of
from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.health import Place
from llama.ports.message_log import Haul
from llama.ports.telemetry import Feed
from schemas.topics import MEBIBYTE, Topic

Polled = dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]]
Positions = Callable[[str], Awaitable[Mapping[int, int]]]
"""Tells the next offset of every partition of a topic that was read before."""
Until = Callable[[float], float]
"""Tells, by the loop's clock, until when more is waited for once something has come."""

FETCH_BYTES = 25 * MEBIBYTE
"""One record of the largest kind must fit."""
IDLE_MS = 4000
"""A server that has nothing answers after this: seldom, as every answer costs both sides, and idle
systems do little else; and often enough to see soon that it is away."""
POLL_MS = 2000
"""Whoever watches is told so often that this goes on."""
ANSWER_MS = 10
"""A server that has something answers within that, unless it is busy: the next haul has it then."""
UNLIMITED_S = 1e6
REPORT_EVERY_S = 1.0
"""The committed offsets are for lag monitors only: once a second is often enough."""
REPORT_WITHIN_S = 0.5
"""Nobody waits longer for the server that keeps them."""


@dataclass(frozen=True, slots=True)
class Share:
    """Which of its siblings an instance of a service is."""

    instance: int = 0
    instances: int = 1


class KafkaSubscription:
    """A consumer with a fixed share of the partitions; the ledger keeps its offsets."""

    def __init__(  # noqa: PLR0913 - all but the servers and topics are named
        self,
        bootstrap: str,
        topics: Sequence[Topic],
        *,
        consumer: str,
        positions: Positions,
        share: Share,
        max_records: int = 500,
        idle_ms: int = IDLE_MS,
    ) -> None:
        self._bootstrap = bootstrap
        self._topics = topics
        self._positions = positions
        self._share = share
        self._max_records = max_records
        self._until: Until | None = None
        self._feed: Feed | None = None
        self._stands: dict[TopicPartition, int] = {}
        self._answered: dict[TopicPartition, tuple[int | None, float]] = {}
        """The time of the last answer about a partition as aiokafka has it, and when we saw it."""
        self._reported_at = 0.0
        self._consumer: AIOKafkaConsumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            client_id=consumer,
            group_id=f"llama.{consumer}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=idle_ms,
            fetch_max_bytes=FETCH_BYTES,
            max_partition_fetch_bytes=FETCH_BYTES if max_records == 1 else MEBIBYTE,
        )

    def telling(self, feed: Feed) -> Self:
        """Have a feed told whenever records are asked for; return this subscription."""
        self._feed = feed
        return self

    def gathering(self, until: Until) -> Self:
        """Wait for more once something has come; return this subscription."""
        self._until = until
        return self

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            opening.push_async_callback(stop, self._consumer)
            try:
                await self._consumer.start()
                _fetch_all_together(self._consumer)
                await self._take_share()
            except KafkaError as error:
                message = f"no Kafka at {self._bootstrap}: is it running?"
                raise Unavailable(message) from error
            opening.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await stop(self._consumer)

    async def _take_share(self) -> None:
        partitions = {topic.name: range(topic.partitions) for topic in self._topics}
        mine = share_of(partitions, instance=self._share.instance, instances=self._share.instances)
        self._consumer.assign(mine)
        known = {topic.name: await self._positions(topic.name) for topic in self._topics}
        ends = await self._consumer.end_offsets(mine)
        for partition in mine:
            stand = known[partition.topic].get(partition.partition, 0)
            _refuse_lost_records(partition, stand, end=ends[partition])
            self._stands[partition] = stand
            self._consumer.seek(partition, stand)

    async def hauls(self) -> AsyncIterator[Haul]:
        """Go through what comes in, for ever; what was not confirmed comes again."""
        while True:
            polled: Polled = {}
            await self._poll(polled, POLL_MS)
            if polled and self._until is not None:
                await self._wait(self._until)
                await self._poll(polled, ANSWER_MS)
            self._tell_feed(is_empty=not polled)
            if polled:
                yield [batch_of(at, found, self._stands[at]) for at, found in polled.items()]

    async def _wait(self, until: Until) -> None:
        """Let records gather at the server: each answer would cost both sides while others work."""
        now = asyncio.get_running_loop().time()
        self._consumer.pause(*self._stands)
        await asyncio.sleep(until(now) - now)
        self._consumer.resume(*self._stands)

    async def _poll(self, polled: Polled, timeout_ms: int) -> None:
        """Add to what was polled what there is by now, as far as there is room for it."""
        room = self._max_records - sum(map(len, polled.values()))
        if room <= 0:
            return
        try:
            more = await self._consumer.getmany(timeout_ms=timeout_ms, max_records=room)
        except KafkaError as error:
            raise Unavailable(f"Kafka at {self._bootstrap} went away: {error}") from error
        for partition, messages in more.items():
            polled.setdefault(partition, []).extend(messages)

    def _tell_feed(self, *, is_empty: bool) -> None:
        """Tell how far behind we are by the last answers, and how old these are."""
        if self._feed is None:
            return
        ends = {partition: self._consumer.highwater(partition) for partition in self._stands}
        lags: dict[Place, int] = {
            (partition.topic, partition.partition): max(end - self._stands[partition], 0)
            for partition, end in ends.items()
            if end is not None
        }
        silent_s = self._silent_s()
        # What was fetched long ago and is handed out only now says nothing about the server.
        self._feed.polled(lags, silent_s=silent_s if is_empty else 0.0)

    def _silent_s(self) -> float:
        """Return for how many seconds no answer has come about some partition."""
        now = asyncio.get_running_loop().time()
        for partition in self._stands:
            latest = self._consumer.last_poll_timestamp(partition)
            if partition not in self._answered or self._answered[partition][0] != latest:
                self._answered[partition] = latest, now
        return now - min((seen for _, seen in self._answered.values()), default=now)

    async def confirm(self, haul: Haul) -> None:
        """Say that a haul has had all its effects."""
        for batch in haul:
            self._stands[TopicPartition(batch.topic, batch.partition)] = batch.end
        now = asyncio.get_running_loop().time()
        if now - self._reported_at < REPORT_EVERY_S:
            return
        self._reported_at = now
        await self._report()

    async def _report(self) -> None:
        """Commit the offsets for lag monitors; nothing here depends on them."""
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(REPORT_WITHIN_S):
                await self._consumer.commit(dict(self._stands))


def _fetch_all_together(consumer: AIOKafkaConsumer) -> None:
    """Have all partitions of a server asked for together, also when records lie here for long.

    After a tenth of a second aiokafka asks for the others alone. If nothing comes for those, the
    server answers only after `IDLE_MS`, and as long what comes for the first is not asked for.
    """
    fetcher = consumer._fetcher  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    if fetcher is not None:
        fetcher._prefetch_backoff = UNLIMITED_S  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def _refuse_lost_records(partition: TopicPartition, stand: int, *, end: int) -> None:
    """Raise Misconfigured if a partition ends before the place that was read to already."""
    if stand > end:
        where = f"{partition.topic} partition {partition.partition}"
        raise Misconfigured(
            f"{where} ends at {end}, and {stand} was read already: records are lost, or this is "
            "another server; bring the server with all records back, or begin with a new database"
        )
