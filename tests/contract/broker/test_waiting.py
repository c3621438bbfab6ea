"""Long polls: news arrives at once, and waiting costs nothing."""

from __future__ import annotations

import asyncio
import statistics
import time

from aiokafka.protocol.fetch import FetchRequest_v11

from tests.contract.broker.clients import Cluster, a_batch


def a_fetch(topic: str, offset: int, *, wait_ms: int, min_bytes: int = 1) -> FetchRequest_v11:
    partition = (0, -1, offset, -1, 1 << 20)
    return FetchRequest_v11(
        -1, wait_ms, min_bytes, 1 << 20, 0, 0, -1, [(topic, [partition])], [], ""
    )


async def bytes_of(cluster: Cluster, request: FetchRequest_v11) -> int:
    [(_, [row])] = (await cluster.ask(request)).topics
    assert row[1] == 0
    return len(row[-1])


async def test_an_idle_fetch_is_held_until_its_time_is_up(cluster: Cluster):
    topic = await cluster.topic()
    began = time.monotonic()

    size = await bytes_of(cluster, a_fetch(topic, 0, wait_ms=700))

    assert size == 0
    assert time.monotonic() - began >= 0.65


async def test_a_waiting_fetch_returns_when_a_record_arrives(cluster: Cluster):
    topic = await cluster.topic()
    began = time.monotonic()

    async with asyncio.TaskGroup() as tasks:
        fetching = tasks.create_task(bytes_of(cluster, a_fetch(topic, 0, wait_ms=60_000)))
        await cluster.produce(topic, a_batch(b"news"))

    assert fetching.result() > 0
    assert time.monotonic() - began < 30


async def test_a_fetch_waits_for_as_much_as_it_asked_for(cluster: Cluster):
    topic = await cluster.topic()
    batch = a_batch(b"x" * 1000)
    request = a_fetch(topic, 0, wait_ms=60_000, min_bytes=len(batch) + 1)

    async with asyncio.TaskGroup() as tasks:
        fetching = tasks.create_task(bytes_of(cluster, request))
        await cluster.produce(topic, batch)
        await cluster.produce(topic, batch)

    assert fetching.result() == 2 * len(batch)


async def test_a_consumer_gets_a_record_within_milliseconds(cluster: Cluster):
    """The bound is generous for a shared machine; a broker that polls every 100 ms breaks it."""
    topic = await cluster.topic()
    producer = await cluster.producer()
    consumer = await cluster.consumer(topic, fetch_max_wait_ms=5000)
    hops: list[float] = []

    for number in range(30):
        began = time.perf_counter()
        await producer.send(topic, b"%d" % number)
        await consumer.getone()
        hops.append(time.perf_counter() - began)

    assert statistics.median(hops) < 0.05
