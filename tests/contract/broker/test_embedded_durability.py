"""The embedded broker through crashes: what was acknowledged is there afterwards."""

from __future__ import annotations

import asyncio
import struct
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.fetch import FetchRequest_v11

from tests.contract.broker.clients import Cluster, a_batch, config_of, read, until
from tests.support.kafka import embedded_process

GROUP = "readers"


@pytest.fixture
def numbers() -> Iterator[int]:
    return count()


def last_segment(folder: Path) -> Path:
    return max((folder / "data" / "partitions").glob("*/*.log"))


def written(folder: Path) -> int:
    """How many bytes of records are on disk."""
    segments = (folder / "data" / "partitions").glob("*/*.log")
    return sum(segment.stat().st_size for segment in segments)


async def produce_until_dead(cluster: Cluster, topic: str, worker: int) -> dict[int, bytes]:
    """Send one record after the other until the server is gone; gives those it acknowledged."""
    acknowledged: dict[int, bytes] = {}
    for number in count():
        value = b"%d/%d" % (worker, number)
        try:
            error, offset = await cluster.produce(topic, a_batch(value))
        except (ConnectionError, asyncio.IncompleteReadError):
            return acknowledged
        assert error == 0
        acknowledged[offset] = value
    raise AssertionError("unreachable: the loop ends with the server")


async def test_no_acknowledged_record_is_lost_when_it_is_killed(
    tmp_path: Path, numbers: Iterator[int]
):
    acknowledged: dict[int, bytes] = {}
    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster, asyncio.TaskGroup() as tasks:
            topic = await cluster.topic()
            workers = [tasks.create_task(produce_until_dead(cluster, topic, n)) for n in range(4)]
            await until(lambda: written(tmp_path) > 20_000)
            server.process.kill()
        for worker in workers:
            acknowledged |= worker.result()

    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster:
            records = await read(await cluster.consumer(topic), len(acknowledged))

    assert acknowledged
    assert acknowledged.items() <= {record.offset: record.value for record in records}.items()


async def test_topics_and_their_configuration_survive_a_kill(
    tmp_path: Path, numbers: Iterator[int]
):
    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster:
            topic = await cluster.topic(3, retention_ms="12345678")
            server.process.kill()

    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster:
            admin = await cluster.admin()
            [described] = await admin.describe_topics([topic])
            resource = ConfigResource(ConfigResourceType.TOPIC, topic)
            config = config_of(await admin.describe_configs([resource]))

    assert len(described["partitions"]) == 3
    assert config["retention.ms"] == "12345678"


async def test_committed_offsets_survive_a_kill(tmp_path: Path, numbers: Iterator[int]):
    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster:
            topic = await cluster.topic()
            await cluster.send(topic, [b"0", b"1", b"2"])
            consumer = await cluster.consumer(topic, group_id=GROUP)
            await read(consumer, 3)
            await consumer.commit({TopicPartition(topic, 0): 2})
        server.process.kill()

    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster:
            consumer = await cluster.consumer(topic, group_id=GROUP)
            assert [record.value for record in await read(consumer, 1)] == [b"2"]


async def test_a_producer_id_is_never_given_twice(tmp_path: Path, numbers: Iterator[int]):
    given: list[int] = []
    for _ in range(3):
        with embedded_process(tmp_path) as server:
            async with Cluster(server.address, numbers) as cluster:
                given += [await cluster.new_producer_id() for _ in range(3)]
            server.process.kill()

    assert len(set(given)) == 9


async def test_a_batch_sent_again_after_a_kill_is_kept_once(tmp_path: Path, numbers: Iterator[int]):
    batch = a_batch(b"once", producer_id=7, epoch=0, sequence=0)
    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster:
            topic = await cluster.topic()
            first = await cluster.produce(topic, batch)
        server.process.kill()

    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster:
            again = await cluster.produce(topic, batch)
            following = await cluster.produce(topic, a_batch(b"next"))

    assert (first, again, following) == ((0, 0), (0, 0), (0, 1))


TAILS = {
    "zeros": b"\x00" * 200,
    "ones": b"\xff" * 30,
    "half a batch": a_batch(b"x" * 100)[:-1],
    "a batch with a wrong checksum": struct.pack(">qi", 2, 200) + b"\x02" * 200,
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS.keys())
async def test_a_torn_tail_is_cut_off(tmp_path: Path, numbers: Iterator[int], tail: bytes):
    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster:
            topic = await cluster.topic()
            await cluster.send(topic, [b"0"])
            await cluster.send(topic, [b"1"])
    with last_segment(tmp_path).open("ab") as file:
        file.write(tail)

    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster:
            await cluster.send(topic, [b"2"])
            assert await cluster.values(topic, 3) == [b"0", b"1", b"2"]


async def test_deleted_records_stay_deleted(tmp_path: Path, numbers: Iterator[int]):
    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster:
            topic = await cluster.topic()
            await cluster.send(topic, [b"%d" % n for n in range(5)])
            admin = await cluster.admin()
            await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=3)})
        server.process.kill()

    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster:
            assert await cluster.values(topic, 2) == [b"3", b"4"]


async def test_refuses_a_data_folder_that_a_live_broker_uses(tmp_path: Path):
    with embedded_process(tmp_path):
        command = ("-m", "llama.embedded.broker", "--data", str(tmp_path / "data"))
        second = await asyncio.create_subprocess_exec(
            sys.executable, *command, stderr=asyncio.subprocess.PIPE
        )
        _, complaint = await second.communicate()

    assert second.returncode == 1
    assert b"used by another broker" in complaint


async def test_stops_at_once_on_sigterm_though_clients_are_waiting(
    tmp_path: Path, numbers: Iterator[int]
):
    with embedded_process(tmp_path) as server:
        async with Cluster(server.address, numbers) as cluster:
            topic = await cluster.topic()
            partitions = [(topic, [(0, -1, 0, -1, 1 << 20)])]
            waiting = FetchRequest_v11(-1, 60_000, 1, 1 << 20, 0, 0, -1, partitions, [], "")
            fetching = asyncio.gather(cluster.ask(waiting), return_exceptions=True)
            await cluster.send(topic, [])

            server.process.terminate()

            assert await asyncio.to_thread(server.process.wait, 10) == 0
            await fetching


async def test_serves_with_fsync(tmp_path: Path, numbers: Iterator[int]):
    with embedded_process(tmp_path, "--fsync") as server:
        async with Cluster(server.address, numbers) as cluster:
            topic = await cluster.topic()
            await cluster.send(topic, [b"safe"])
            assert await cluster.values(topic, 1) == [b"safe"]
