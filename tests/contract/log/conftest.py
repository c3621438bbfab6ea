"""The logs that are judged: in memory, the embedded broker, Apache Kafka."""

from collections.abc import AsyncGenerator, Generator

import pytest

from tests.contract.log.bench import Bench, kafka_bench, memory_bench
from tests.support.kafka import apache_kafka, embedded_broker


@pytest.fixture(scope="package")
def embedded_log(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Run the embedded broker as long as the session."""
    with embedded_broker(tmp_path_factory.mktemp("embedded-log")) as address:
        yield address


@pytest.fixture(scope="package")
def apache_log(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Run Apache Kafka as long as the session."""
    with apache_kafka(tmp_path_factory.mktemp("apache-log")) as address:
        yield address


@pytest.fixture(params=["embedded_log", "apache_log"])
def kafka_address(request: pytest.FixtureRequest) -> str:
    """Go through the servers."""
    return request.getfixturevalue(request.param)


@pytest.fixture
async def kafka(kafka_address: str) -> AsyncGenerator[Bench]:
    """Open the log of every server."""
    async with kafka_bench(kafka_address) as bench:
        yield bench


@pytest.fixture(params=["memory", "embedded_log", "apache_log"])
def log_address(request: pytest.FixtureRequest) -> str | None:
    """Go through the servers, and None for memory."""
    return None if request.param == "memory" else request.getfixturevalue(request.param)


@pytest.fixture
async def bench(log_address: str | None) -> AsyncGenerator[Bench]:
    """Open every log."""
    if log_address is None:
        yield memory_bench()
        return
    async with kafka_bench(log_address) as opened:
        yield opened
