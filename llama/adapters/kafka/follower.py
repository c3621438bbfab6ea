"""Follows topics from where a reader says that it is: without a group, and without a trace."""

from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from llama.adapters.kafka.closing import stop
from llama.adapters.kafka.quiet import RETRY_MS
from llama.adapters.kafka.records import batch_of
from llama.domain.errors import Unavailable
from llama.ports.message_log import Haul
from schemas.topics import Topic

AT_ONCE = 500
"""Records that are handed out together."""
POLL_S = 1.0
AWAY_AFTER_POLLS = 5
"""A server that is there answers each, if only to say that there is nothing new."""


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
            bootstrap_servers=bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            retry_backoff_ms=RETRY_MS,
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

    async def hauls(self) -> AsyncIterator[Haul]:
        """Go through what comes in; Unavailable if nothing is answered for several seconds."""
        silent, heard = 0, self._answers()
        while True:
            try:
                polled = await self._consumer.getmany(
                    timeout_ms=int(POLL_S * 1000), max_records=AT_ONCE
                )
            except KafkaError as error:
                raise Unavailable(f"Kafka at {self._bootstrap} went away: {error}") from error
            silent = 0 if polled or heard != self._answers() else silent + 1
            if silent >= AWAY_AFTER_POLLS:
                seconds = AWAY_AFTER_POLLS * POLL_S
                raise Unavailable(f"Kafka at {self._bootstrap} was silent for {seconds:.0f} s")
            heard = self._answers()
            haul = [batch_of(at, found, self._stands[at]) for at, found in polled.items()]
            for batch in haul:
                self._stands[TopicPartition(batch.topic, batch.partition)] = batch.end
            if haul:
                yield haul

    def _answers(self) -> list[int | None]:
        """Return when each partition was last heard of, as aiokafka has it."""
        return [self._consumer.last_poll_timestamp(partition) for partition in self._stands]

    async def confirm(self, haul: Haul) -> None:
        """Keep nothing: the reader knows where it is."""
