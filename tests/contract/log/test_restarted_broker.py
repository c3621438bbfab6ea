"""What happens to writers and readers while their server is away and when it is back."""

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from llama.adapters.kafka.log import LEAVE_WITHIN_S, KafkaLog
from llama.adapters.kafka.reader import KafkaReader
from llama.adapters.kafka.topics import ensure_topics
from tests.contract.log.bench import a_message, a_topic, first, kafka_subscription, values
from tests.support.kafka import RunningServer, embedded_process

MARGIN_S = 10.0
"""For a machine that is busy with other things."""


@contextmanager
def a_broker(folder: Path, *, like: RunningServer | None = None) -> Generator[RunningServer]:
    """Run the embedded broker, at the address of one that ran before."""
    port = ("--port", like.address.rpartition(":")[2]) if like else ()
    with embedded_process(folder, *port) as server:
        yield server


def kill(server: RunningServer) -> None:
    server.process.kill()
    server.process.wait()


async def ids_of(address: str, topic_name: str) -> list[bytes]:
    async with KafkaReader(address) as reader:
        topic = type(a_topic())(topic_name, "event", 1, {})
        read = [record async for batch in reader.read(topic) for record in batch.records]
    return [dict(record.headers)["ce_id"] for record in read]


async def test_what_was_appended_survives_the_death_of_the_server(tmp_path: Path) -> None:
    topic = a_topic()
    with a_broker(tmp_path) as server:
        await ensure_topics(server.address, [topic])
        async with KafkaLog(server.address, client_id="tests") as log:
            await log.append(topic, [a_message(number) for number in range(20)])
            kill(server)

    with a_broker(tmp_path, like=server) as again:
        assert await ids_of(again.address, topic.name) == [b"act-%d" % n for n in range(20)]


async def test_writers_and_readers_go_on_when_the_server_is_back(tmp_path: Path) -> None:
    topic = a_topic()
    with a_broker(tmp_path) as server:
        await ensure_topics(server.address, [topic])
        async with (
            KafkaLog(server.address, client_id="tests") as log,
            kafka_subscription(server.address, topic) as subscription,
            asyncio.TaskGroup() as group,
        ):
            await log.append(topic, [a_message(0)])
            await first(subscription)
            kill(server)
            writing = group.create_task(log.append(topic, [a_message(1), a_message(2)]))
            reading = group.create_task(first(subscription, 2))
            with a_broker(tmp_path, like=server) as again:
                written = await writing
                assert values(await reading) == [record.value for record in written]
                assert await ids_of(again.address, topic.name) == [b"act-0", b"act-1", b"act-2"]


async def test_a_reader_that_leaves_while_the_server_is_away_is_not_cancelled(
    tmp_path: Path,
) -> None:
    """A service would take the cancellation for its own, and end without a word."""
    topic = a_topic()
    with a_broker(tmp_path) as server:
        await ensure_topics(server.address, [topic])
        async with kafka_subscription(server.address, topic) as subscription:
            kill(server)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(aiter(subscription.hauls())), 0.3)


async def test_confirming_does_not_wait_for_a_server_that_is_away(tmp_path: Path) -> None:
    topic = a_topic()
    with a_broker(tmp_path) as server:
        await ensure_topics(server.address, [topic])
        async with (
            KafkaLog(server.address, client_id="tests") as log,
            kafka_subscription(server.address, topic) as subscription,
        ):
            await log.append(topic, [a_message(0)])
            haul = await anext(aiter(subscription.hauls()))
            kill(server)

            async with asyncio.timeout(MARGIN_S):
                await subscription.confirm(haul)


async def test_a_writer_may_leave_while_the_server_is_away(tmp_path: Path) -> None:
    topic = a_topic()
    with a_broker(tmp_path) as server:
        await ensure_topics(server.address, [topic])
        async with KafkaLog(server.address, client_id="tests") as log:
            await log.append(topic, [a_message(0)])
            kill(server)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(log.append(topic, [a_message(1)]), 0.5)
            began = time.monotonic()

    assert time.monotonic() - began < LEAVE_WITHIN_S + MARGIN_S
