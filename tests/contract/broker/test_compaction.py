"""Compaction: the last value of every key stays, earlier ones go."""

from __future__ import annotations

import time
from typing import Any

from aiokafka import TopicPartition

from tests.contract.broker.clients import WITHIN_S, Cluster, read

EAGER = {
    "cleanup_policy": "compact",
    "segment_ms": "100",
    "segment_bytes": "1048576",
    "min_cleanable_dirty_ratio": "0.01",
    "max_compaction_lag_ms": "500",
    "delete_retention_ms": "100",
}


async def everything(cluster: Cluster, topic: str) -> list[tuple[Any, Any]]:
    """All records up to the present end, as (key, value)."""
    consumer = await cluster.consumer(topic)
    partition = TopicPartition(topic, 0)
    end = (await consumer.end_offsets([partition]))[partition]
    records: list[tuple[Any, Any]] = []
    while await consumer.position(partition) < end:
        records += [(record.key, record.value) for record in await read(consumer, 1)]
    await consumer.stop()
    return records


async def compacted(cluster: Cluster, topic: str, *, at_most: int) -> list[tuple[Any, Any]]:
    """Write single records, which lets segments be closed, until few enough records are left."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        await cluster.send(topic, [b"tick"], key=b"tick")
        left = await everything(cluster, topic)
        if len(left) <= at_most:
            return left
        assert time.monotonic() < deadline, (
            f"{len(left)} records are left, at most {at_most} should be"
        )


async def test_keeps_the_last_value_of_every_key(cluster: Cluster):
    topic = await cluster.topic(**EAGER)
    producer = await cluster.producer(linger_ms=5)
    keys = [b"k%d" % (n % 3) for n in range(300)]
    sent = [await producer.send(topic, b"%d" % n, key=key) for n, key in enumerate(keys)]
    for one in sent:
        await one

    left = await compacted(cluster, topic, at_most=30)

    assert dict(left) == {b"k0": b"297", b"k1": b"298", b"k2": b"299", b"tick": b"tick"}


async def test_forgets_a_deleted_key_after_a_while(cluster: Cluster):
    topic = await cluster.topic(**EAGER)
    await cluster.send(topic, [b"%d" % n for n in range(50)], key=b"gone")
    await cluster.send(topic, [None], key=b"gone")

    deadline = time.monotonic() + WITHIN_S
    while b"gone" in dict(await compacted(cluster, topic, at_most=40)):
        assert time.monotonic() < deadline, "the tombstone is still there"


async def test_readers_of_compacted_partitions_keep_their_offsets(cluster: Cluster):
    topic = await cluster.topic(**EAGER)
    await cluster.send(topic, [b"%d" % n for n in range(100)], key=b"k")
    await compacted(cluster, topic, at_most=30)

    consumer = await cluster.consumer(topic)
    consumer.seek(TopicPartition(topic, 0), 50)

    first = (await read(consumer, 1))[0]
    assert (first.offset, first.value) == (99, b"99")
