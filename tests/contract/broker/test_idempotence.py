"""Idempotent producers: a batch that is sent again is kept once, and none may be missing."""

from __future__ import annotations

from itertools import pairwise

from tests.contract.broker.clients import Cluster, a_batch

OUT_OF_ORDER, OLD_EPOCH = 45, 47


async def test_gives_every_producer_an_id_of_its_own(cluster: Cluster):
    ids = [await cluster.new_producer_id() for _ in range(5)]

    assert len(set(ids)) == 5
    assert all(number >= 0 for number in ids)


async def test_keeps_a_batch_that_is_sent_twice_once(cluster: Cluster):
    topic = await cluster.topic()
    producer = await cluster.new_producer_id()
    batch = a_batch(b"a", b"b", producer_id=producer, epoch=0, sequence=0)

    first = await cluster.produce(topic, batch)
    again = await cluster.produce(topic, batch)
    await cluster.produce(topic, a_batch(b"c", producer_id=producer, epoch=0, sequence=2))

    assert first == again == (0, 0)
    assert await cluster.values(topic, 3) == [b"a", b"b", b"c"]


async def test_recognises_each_of_the_last_five_batches(cluster: Cluster):
    topic = await cluster.topic()
    producer = await cluster.new_producer_id()
    batches = [a_batch(b"%d" % n, producer_id=producer, epoch=0, sequence=n) for n in range(5)]
    for batch in batches:
        await cluster.produce(topic, batch)

    again = [await cluster.produce(topic, batch) for batch in batches]

    assert again == [(0, n) for n in range(5)]


async def test_refuses_a_gap_in_the_sequence(cluster: Cluster):
    topic = await cluster.topic()
    producer = await cluster.new_producer_id()
    await cluster.produce(topic, a_batch(b"a", producer_id=producer, epoch=0, sequence=0))

    error, _ = await cluster.produce(
        topic, a_batch(b"z", producer_id=producer, epoch=0, sequence=5)
    )

    assert error == OUT_OF_ORDER


async def test_refuses_a_producer_of_an_older_epoch(cluster: Cluster):
    topic = await cluster.topic()
    producer = await cluster.new_producer_id()
    await cluster.produce(topic, a_batch(b"new", producer_id=producer, epoch=1, sequence=0))

    error, _ = await cluster.produce(
        topic, a_batch(b"old", producer_id=producer, epoch=0, sequence=1)
    )

    assert error == OLD_EPOCH


async def test_an_idempotent_client_keeps_its_order(cluster: Cluster):
    topic = await cluster.topic()
    producer = await cluster.producer(enable_idempotence=True, linger_ms=2)

    sent = [await producer.send(topic, b"%d" % n) for n in range(500)]
    offsets = [(await one).offset for one in sent]

    assert all(later == earlier + 1 for earlier, later in pairwise(offsets))
    assert await cluster.values(topic, 500) == [b"%d" % n for n in range(500)]
