"""Records: what a producer was told is there is there, byte for byte, at its offset."""

from __future__ import annotations

import time
from random import Random

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.errors import MessageSizeTooLargeError

from tests.contract.broker.clients import Cluster, a_batch, read

INVALID_RECORD, CORRUPT, UNKNOWN_TOPIC = 87, 2, 3
NOON = 1_700_000_000_000


async def test_keeps_keys_values_headers_and_timestamps(cluster: Cluster):
    topic = await cluster.topic()
    producer = await cluster.producer()
    now = int(time.time() * 1000) - 60_000
    headers = [("h", b"1"), ("h", b"again"), ("empty", b"")]

    for number in range(20):
        sent = await producer.send_and_wait(
            topic, b"v%d" % number, key=b"k", timestamp_ms=now + number, headers=headers
        )
        assert sent.offset == number

    records = await read(await cluster.consumer(topic), 20)
    assert [(r.offset, r.value, r.timestamp) for r in records] == [
        (number, b"v%d" % number, now + number) for number in range(20)
    ]
    assert all(list(record.headers) == headers for record in records)


async def test_tells_a_tombstone_from_an_empty_value(cluster: Cluster):
    topic = await cluster.topic(cleanup_policy="compact")

    await cluster.send(topic, [None, b""], key=b"k")

    assert await cluster.values(topic, 2) == [None, b""]


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_keeps_compressed_batches(cluster: Cluster, codec: str):
    topic = await cluster.topic()
    producer = await cluster.producer(compression_type=codec, linger_ms=20)

    sent = [await producer.send(topic, b"%d" % n + b"x" * 500) for n in range(40)]
    offsets = [(await one).offset for one in sent]

    assert offsets == list(range(40))
    assert await cluster.values(topic, 40) == [b"%d" % n + b"x" * 500 for n in range(40)]


async def test_keeps_a_large_message(cluster: Cluster):
    topic = await cluster.topic(max_message_bytes="12000000")
    producer = await cluster.producer(max_request_size=12_000_000)
    large = Random(1).randbytes(10_000_000)

    await producer.send_and_wait(topic, large)

    assert await cluster.values(topic, 1) == [large]


async def test_refuses_a_message_above_the_limit_of_its_topic(cluster: Cluster):
    topic = await cluster.topic(max_message_bytes="1000")
    producer = await cluster.producer()

    with pytest.raises(MessageSizeTooLargeError):
        await producer.send_and_wait(topic, b"x" * 5000)


async def test_refuses_a_record_without_key_in_a_compacted_topic(cluster: Cluster):
    topic = await cluster.topic(cleanup_policy="compact")

    error, _ = await cluster.produce(topic, a_batch(b"v", key=None))

    assert error == INVALID_RECORD


async def test_refuses_a_batch_whose_checksum_is_wrong(cluster: Cluster):
    topic = await cluster.topic()
    damaged = bytearray(a_batch(b"value"))
    damaged[-3] ^= 0xFF

    error, _ = await cluster.produce(topic, bytes(damaged))

    assert error == CORRUPT


async def test_refuses_records_for_an_unknown_topic(cluster: Cluster):
    error, _ = await cluster.produce(cluster.name(), a_batch(b"v"))

    assert error == UNKNOWN_TOPIC


async def test_keeps_partitions_apart(cluster: Cluster):
    topic = await cluster.topic(3)
    producer = await cluster.producer()

    for number in range(9):
        await producer.send_and_wait(topic, b"%d" % number, partition=number % 3)

    records = await read(await cluster.consumer(topic), 9)
    assert {(r.partition, r.offset, r.value) for r in records} == {
        (number % 3, number // 3, b"%d" % number) for number in range(9)
    }


async def test_reads_from_the_middle_of_a_batch(cluster: Cluster):
    topic = await cluster.topic()
    await cluster.produce(topic, a_batch(*(b"%d" % n for n in range(10))))
    consumer = await cluster.consumer(topic)

    consumer.seek(TopicPartition(topic, 0), 7)

    assert [r.offset for r in await read(consumer, 3)] == [7, 8, 9]


async def test_reads_a_partition_larger_than_one_answer(cluster: Cluster):
    topic = await cluster.topic()
    values = [Random(n).randbytes(50_000) for n in range(60)]
    await cluster.send(topic, values)

    consumer = await cluster.consumer(topic, max_partition_fetch_bytes=200_000)

    assert [r.value for r in await read(consumer, 60)] == values


async def test_tells_the_first_and_the_next_offset(cluster: Cluster):
    topic = await cluster.topic()
    partition = TopicPartition(topic, 0)
    await cluster.send(topic, [b"x"] * 10)
    consumer = await cluster.consumer(topic)

    assert await consumer.beginning_offsets([partition]) == {partition: 0}
    assert await consumer.end_offsets([partition]) == {partition: 10}


async def test_finds_the_first_offset_at_or_after_a_time(cluster: Cluster):
    topic = await cluster.topic(retention_ms="-1")
    partition = TopicPartition(topic, 0)
    producer = await cluster.producer()
    for number in range(10):
        await producer.send_and_wait(topic, b"x", timestamp_ms=NOON + number * 1000)
    consumer = await cluster.consumer(topic)

    found = (await consumer.offsets_for_times({partition: NOON + 3500}))[partition]
    too_late = (await consumer.offsets_for_times({partition: NOON + 99_999}))[partition]

    assert found is not None
    assert (found.offset, found.timestamp) == (4, NOON + 4000)
    assert too_late is None


async def test_a_reader_beyond_the_end_starts_over(cluster: Cluster):
    topic = await cluster.topic()
    await cluster.send(topic, [b"x"])
    consumer = await cluster.consumer(topic)

    consumer.seek(TopicPartition(topic, 0), 999)

    assert [r.offset for r in await read(consumer, 1)] == [0]


async def test_deletes_records_before_an_offset(cluster: Cluster):
    topic = await cluster.topic()
    partition = TopicPartition(topic, 0)
    await cluster.send(topic, [b"%d" % n for n in range(10)])
    admin = await cluster.admin()

    await admin.delete_records({partition: RecordsToDelete(before_offset=4)})

    consumer = await cluster.consumer(topic)
    assert await consumer.beginning_offsets([partition]) == {partition: 4}
    assert [r.offset for r in await read(consumer, 6)] == [4, 5, 6, 7, 8, 9]
