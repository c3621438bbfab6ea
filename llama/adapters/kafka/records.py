"""Turns what aiokafka hands out into the records of our port."""

from collections.abc import Mapping, Sequence

from aiokafka import ConsumerRecord, TopicPartition

from llama.ports.message_log import Batch, Record


def batch_of(
    partition: TopicPartition, messages: Sequence[ConsumerRecord[bytes, bytes]], start: int
) -> Batch:
    """Return the batch of some records of one partition."""
    records = tuple(
        Record(
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            key=message.key,
            value=message.value,
            headers=tuple(message.headers),
        )
        for message in messages
    )
    return Batch(partition.topic, partition.partition, start, records)


def share_of(
    partitions: Mapping[str, Sequence[int]], *, instance: int, instances: int
) -> list[TopicPartition]:
    """Return the partitions of one instance of a service: every n-th of each topic.

    The share is fixed, so an instance that comes back after a crash goes on at once, without
    waiting for anybody's session to expire; the ledger's offsets fence a second one.
    """
    return [
        TopicPartition(topic, number)
        for topic, numbers in sorted(partitions.items())
        for number in sorted(numbers)
        if number % instances == instance
    ]
