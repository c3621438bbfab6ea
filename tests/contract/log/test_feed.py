"""What a subscription tells of the server it reads from, and of how far behind it is."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.subscription import KafkaSubscription, Share
from llama.adapters.kafka.topics import ensure_topics
from llama.domain.health import Place
from schemas.topics import Topic
from tests.contract.log.bench import a_message, a_topic
from tests.support.kafka import embedded_broker, embedded_process
from tests.support.memory_system import until


@dataclass(slots=True)
class Told:
    """Writes down what it is told."""

    lags: list[Mapping[Place, int]] = field(default_factory=list[Mapping[Place, int]])
    silences: list[float] = field(default_factory=list[float])

    def polled(self, lags: Mapping[Place, int], *, silent_s: float) -> None:
        self.lags.append(lags)
        self.silences.append(silent_s)


@asynccontextmanager
async def reading(address: str, topic: Topic, told: Told, *, most: int) -> AsyncGenerator[None]:
    """Read a topic within the block, a few records at a time."""

    async def positions(_topic: str) -> Mapping[int, int]:
        return {}

    async def read() -> None:
        subscription = KafkaSubscription(
            address,
            [topic],
            consumer="fed",
            positions=positions,
            share=Share(),
            max_records=most,
        )
        async with subscription.telling(told):
            async for haul in subscription.hauls():
                await subscription.confirm(haul)

    task = asyncio.create_task(read())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_the_lag_is_what_is_not_confirmed_yet(kafka_address: str) -> None:
    topic, told = a_topic(), Told()
    await ensure_topics(kafka_address, [topic])
    async with KafkaLog(kafka_address, client_id="tests") as log:
        await log.append(topic, [a_message(number) for number in range(5)])
        async with reading(kafka_address, topic, told, most=1):
            await until(lambda: told.lags[-1:] == [{(topic.name, 0): 0}], "all is read")

    lags = [one[topic.name, 0] for one in told.lags if one]
    assert lags[0] == 5
    assert all(later <= earlier for earlier, later in pairwise(lags))


async def test_a_server_that_answers_is_not_silent_though_it_has_nothing(tmp_path: Path) -> None:
    topic, told = a_topic(partitions=3), Told()
    with embedded_broker(tmp_path) as address:
        await ensure_topics(address, [topic])
        async with reading(address, topic, told, most=10):
            await until(lambda: len(told.silences) >= 4, "it has asked some times")

    assert max(told.silences) < 3


async def test_a_server_that_is_gone_is_silent_until_it_is_back(tmp_path: Path) -> None:
    topic, told = a_topic(), Told()
    with embedded_process(tmp_path) as server:
        await ensure_topics(server.address, [topic])
        port = server.address.rpartition(":")[2]
        async with reading(server.address, topic, told, most=10):
            await until(lambda: len(told.silences) >= 2, "it reads")
            server.process.kill()
            server.process.wait()
            await until(lambda: told.silences[-1] > 4, "the silence is long")
            with embedded_process(tmp_path, "--port", port):
                await until(lambda: told.silences[-1] < 2, "it has answered again")
