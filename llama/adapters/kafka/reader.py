"""Reads topics from their beginning to their present end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from llama.adapters.kafka.closing import stop
from llama.adapters.kafka.records import batch_of
from llama.domain.errors import Unavailable
from llama.ports.message_log import Batch
from schemas.topics import Topic


class KafkaReader:
    """A consumer without a group, for those who read the whole log."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._consumer: AIOKafkaConsumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
        )

    async def __aenter__(self) -> Self:
        try:
            await self._consumer.start()
        except KafkaError as error:
            await stop(self._consumer)
            raise Unavailable(f"no Kafka at {self._bootstrap}: is it running?") from error
        # A task of aiokafka's that has not begun when it is stopped would pass its cancellation on.
        await asyncio.sleep(0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await stop(self._consumer)

    async def ends(self, topic: Topic) -> Mapping[int, int]:
        """Return the offset after the last record of every partition."""
        partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        try:
            ends = await self._consumer.end_offsets(partitions)
        except KafkaError as error:
            raise Unavailable(f"{topic.name} at {self._bootstrap}: {error}") from error
        return {partition.partition: end for partition, end in ends.items()}

    async def read(self, topic: Topic) -> AsyncIterator[Batch]:
        """Go through all records, partition by partition mixed, each partition in order."""
        ends = await self.ends(topic)
        stands = {TopicPartition(topic.name, number): 0 for number in ends}
        self._consumer.assign(list(stands))
        for partition in stands:
            self._consumer.seek(partition, 0)
        while any(stand < ends[partition.partition] for partition, stand in stands.items()):
            polled = await self._consumer.getmany(timeout_ms=1000)
            for partition, messages in polled.items():
                wanted = [one for one in messages if one.offset < ends[partition.partition]]
                if wanted:
                    batch = batch_of(partition, wanted, stands[partition])
                    stands[partition] = batch.end
                    yield batch


@dataclass(frozen=True, slots=True)
class ReaderOf:
    """Makes a reader anew whenever it is asked: for those whose server may move meanwhile."""

    make: Callable[[], KafkaReader]

    async def ends(self, topic: Topic) -> Mapping[int, int]:
        """Return the offset after the last record of every partition."""
        async with self.make() as reader:
            return await reader.ends(topic)

    async def read(self, topic: Topic) -> AsyncIterator[Batch]:
        """Go through all records, partition by partition mixed, each partition in order."""
        async with self.make() as reader:
            async for batch in reader.read(topic):
                yield batch
