"""The sources that are judged: memory, the embedded broker, Apache Kafka, a folder."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from llama.adapters.kafka.log import KafkaLog
from tests.contract.sources.bench import InMemory, Judged, OfFolder, OfGcn, OfKafka, a_topic
from tests.support.kafka import apache_kafka, embedded_broker


@pytest.fixture(scope="package")
def embedded_source(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with embedded_broker(tmp_path_factory.mktemp("embedded-source")) as address:
        yield address


@pytest.fixture(scope="package")
def apache_source(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with apache_kafka(tmp_path_factory.mktemp("apache-source")) as address:
        yield address


@pytest.fixture(params=["embedded_source", "apache_source"])
def kafka_address(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


@pytest.fixture
async def writer(kafka_address: str) -> AsyncGenerator[KafkaLog]:
    async with KafkaLog(kafka_address, client_id="observatory") as log:
        yield log


@pytest.fixture(
    params=[
        *("memory", "folder", "embedded_source", "apache_source"),
        *("embedded_source gcn", "apache_source gcn"),
    ]
)
async def judged(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Judged]:
    if request.param == "memory":
        yield InMemory()
    elif request.param == "folder":
        yield OfFolder(tmp_path)
    else:
        server, _, client = request.param.partition(" ")
        address = request.getfixturevalue(server)
        async with KafkaLog(address, client_id="observatory") as log:
            yield (OfGcn if client else OfKafka)(log, address, await a_topic(address))
