"""The embedded broker under hostile clients and heavy loads: it serves on, in little memory."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncGenerator, Iterator
from itertools import count
from pathlib import Path
from random import Random

import psutil
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import TransactionalIdAuthorizationFailed
from aiokafka.protocol.admin import ApiVersionRequest_v0
from aiokafka.protocol.fetch import FetchRequest_v11

from llama.embedded.broker.api.routes import VERSIONS
from tests.contract.broker.clients import Cluster, a_batch, exchange, until
from tests.support.kafka import RunningServer, embedded_process

MIB = 1 << 20


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with embedded_process(tmp_path_factory.mktemp("limits")) as running:
        yield running


@pytest.fixture
async def cluster(server: RunningServer, numbers: Iterator[int]) -> AsyncGenerator[Cluster]:
    async with Cluster(server.address, numbers) as clients:
        yield clients


def peak_memory(process_id: int) -> int:
    """Tell the most memory a process ever used, in bytes."""
    status = Path(f"/proc/{process_id}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


async def hurl(address: str, payload: bytes) -> None:
    """Send bytes and do not care what comes back; a fetch may wait as long as its bytes say."""
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(payload)
        writer.write_eof()
        await asyncio.wait_for(reader.read(), 0.3)
    except (OSError, TimeoutError):
        return
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def framed(payload: bytes) -> bytes:
    return struct.pack(">i", len(payload)) + payload


async def is_serving(cluster: Cluster) -> bool:
    return (await cluster.ask(ApiVersionRequest_v0())).error_code == 0


@pytest.mark.parametrize(
    "payload",
    [  # a web client; lengths huge, negative, or not kept; texts and arrays that are too long
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        struct.pack(">i", 2**31 - 1) + b"\x00" * 100,
        struct.pack(">i", -5) + b"\x00" * 100,
        struct.pack(">i", 50) + b"\x00" * 10,
        framed(struct.pack(">hhih", 18, 0, 1, 30_000)),
        framed(struct.pack(">hhih", 999, 0, 1, -1)),
        framed(struct.pack(">hhih", 3, 5, 1, -1) + struct.pack(">i", 2**31 - 1)),
        framed(struct.pack(">hhihhhii", 0, 8, 1, -1, -1, -1, 0, 2**31 - 1)),
    ],
)
async def test_survives_frames_that_are_no_requests(cluster: Cluster, payload: bytes):
    await hurl(cluster.address, payload)

    assert await is_serving(cluster)


@pytest.mark.parametrize("api_key", sorted(VERSIONS))
async def test_survives_random_bytes_in_every_request(cluster: Cluster, api_key: int):
    chance = Random(api_key)
    low, high = VERSIONS[api_key]
    for _ in range(40):
        header = struct.pack(">hhih", api_key, chance.randint(low, high), 1, -1)
        body = bytes(chance.choice((0, 0, 0, 1, 255, 7)) for _ in range(chance.randint(0, 60)))
        await hurl(cluster.address, framed(header + body))

    assert await is_serving(cluster)


async def test_refuses_a_request_above_the_limit_before_reading_it(
    cluster: Cluster, server: RunningServer
):
    before = peak_memory(server.process.pid)

    await hurl(cluster.address, struct.pack(">ihhih", 1 << 30, 0, 8, 1, -1) + b"x" * MIB)

    assert await is_serving(cluster)
    assert peak_memory(server.process.pid) < before + 20 * MIB


async def test_refuses_transactions(cluster: Cluster):
    with pytest.raises(TransactionalIdAuthorizationFailed):
        await cluster.producer(transactional_id="t")


async def test_an_idle_broker_uses_no_processor_time(cluster: Cluster, server: RunningServer):
    topic = await cluster.topic(20)
    process = psutil.Process(server.process.pid)
    partitions = [(number, -1, 0, -1, MIB) for number in range(20)]
    idle = FetchRequest_v11(-1, 3000, 1, MIB, 0, 0, -1, [(topic, partitions)], [], "")
    before = process.cpu_times()

    await cluster.ask(idle)

    after = process.cpu_times()
    assert after.user + after.system - before.user - before.system < 0.15


async def test_memory_stays_small_while_much_is_written_and_read(tmp_path: Path):
    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, count()) as cluster:
            topic = await cluster.topic()
            batch = a_batch(Random(1).randbytes(MIB))
            for _ in range(200):
                assert (await cluster.produce(topic, batch))[0] == 0
            consumer = await cluster.consumer(topic, max_partition_fetch_bytes=4 * MIB)
            received = 0
            while received < 200:
                for some in (await consumer.getmany(timeout_ms=500)).values():
                    received += len(some)

            assert peak_memory(server.process.pid) < 100 * MIB


async def test_memory_stays_small_when_a_client_asks_and_does_not_read(tmp_path: Path):
    """Of a thousand answers of 4 MiB, those that the client does not take must not pile up."""
    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, count()) as cluster:
            topic = await cluster.topic()
            for _ in range(8):
                await cluster.produce(topic, a_batch(b"x" * MIB))
            partitions = [(topic, [(0, -1, 0, -1, 50 * MIB)])]
            fetch = FetchRequest_v11(-1, 0, 1, 50 * MIB, 0, 0, -1, partitions, [], "")
            frame = framed(fetch.build_request_header(1, "greedy").encode() + fetch.encode())
            host, port = cluster.address.split(":")
            _, writer = await asyncio.open_connection(host, int(port), limit=1024)
            writer.write(frame * 1000)
            for _ in range(50):
                await is_serving(cluster)

            assert peak_memory(server.process.pid) < 100 * MIB
            writer.transport.abort()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def test_old_segments_go_when_their_time_is_over(cluster: Cluster):
    topic = await cluster.topic(retention_ms="100", segment_bytes=str(MIB))
    await cluster.send(topic, [b"x" * 400_000] * 8)
    consumer = await cluster.consumer()
    partition = TopicPartition(topic, 0)

    async def all_are_gone() -> bool:
        return await consumer.beginning_offsets([partition]) == {partition: 8}

    await until(all_are_gone)
    await cluster.send(topic, [b"new"])
    assert await consumer.end_offsets([partition]) == {partition: 9}


async def test_a_topic_keeps_about_as_many_bytes_as_it_may(cluster: Cluster):
    topic = await cluster.topic(retention_bytes=str(2 * MIB), segment_bytes=str(MIB))
    await cluster.send(topic, [b"x" * 400_000] * 20)
    consumer = await cluster.consumer()
    partition = TopicPartition(topic, 0)

    async def enough_is_gone() -> bool:
        first = (await consumer.beginning_offsets([partition]))[partition]
        return (20 - first) * 400_000 < 4 * MIB

    await until(enough_is_gone)
    first = (await consumer.beginning_offsets([partition]))[partition]
    assert (20 - first) * 400_000 >= 2 * MIB


async def test_keeps_everything_where_retention_is_infinite(cluster: Cluster):
    topic = await cluster.topic(retention_ms="-1", segment_bytes=str(MIB), segment_ms="1")
    old = await cluster.producer()
    for _ in range(3):
        await old.send_and_wait(topic, b"old", timestamp_ms=1000)
    fleeting = await cluster.topic(retention_ms="100", segment_ms="1")
    await old.send_and_wait(fleeting, b"old", timestamp_ms=1000)
    consumer = await cluster.consumer()
    partition = TopicPartition(fleeting, 0)

    async def the_other_topic_was_looked_after() -> bool:
        return await consumer.beginning_offsets([partition]) == {partition: 1}

    await until(the_other_topic_was_looked_after)
    assert await cluster.values(topic, 3) == [b"old"] * 3


async def test_a_client_that_was_cut_off_may_come_again(cluster: Cluster):
    await hurl(cluster.address, framed(b"\xff" * 20))

    assert await exchange(cluster.address, struct.pack(">hhih", 18, 0, 3, -1))
