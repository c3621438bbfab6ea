"""Follows topics from where a reader says that it is: without a group, and without a trace."""

from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from llama.adapters.kafka.closing import stop
from llama.adapters.kafka.records import batch_of
from llama.domain.errors import Unavailable
from llama.ports.message_log import Batch
from schemas.topics import Topic

AT_ONCE = 500
"""Records that are handed out together."""


class KafkaFollower:
    """A subscription that keeps its place itself; use it in `async with`."""

    def __init__(
        self, bootstrap: str, topics: Sequence[Topic], positions: Mapping[tuple[str, int], int]
    ) -> None:
        self._bootstrap = bootstrap
        self._stands = {
            TopicPartition(topic.name, number): positions.get((topic.name, number), 0)
            for topic in topics
            for number in range(topic.partitions)
        }
        self._consumer: AIOKafkaConsumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
        )

    async def __aenter__(self) -> Self:
        try:
            await self._consumer.start()
        except KafkaError as error:
            await stop(self._consumer)
            raise Unavailable(f"no Kafka at {self._bootstrap}: is it running?") from error
        self._consumer.assign(list(self._stands))
        for partition, stand in self._stands.items():
            self._consumer.seek(partition, stand)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await stop(self._consumer)

    async def batches(self) -> AsyncIterator[Batch]:
        """Go through what comes in, for ever."""
        while True:
            try:
                polled = await self._consumer.getmany(timeout_ms=1000, max_records=AT_ONCE)
            except KafkaError as error:
                raise Unavailable(f"Kafka at {self._bootstrap} went away: {error}") from error
            for partition, messages in polled.items():
                batch = batch_of(partition, messages, self._stands[partition])
                self._stands[partition] = batch.end
                yield batch

    async def confirm(self, batch: Batch) -> None:
        """Keep nothing: the reader knows where it is."""
