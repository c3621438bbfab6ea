"""Both servers the suite judges, and a fresh set of clients for every test."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.contract.broker.clients import Cluster
from tests.support.kafka import apache_kafka, embedded_broker

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package", params=["embedded", "apache"])
def kafka_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[str]:
    """Give the bootstrap address of a server that lives as long as the test session."""
    folder = tmp_path_factory.mktemp(request.param)
    start = {"embedded": embedded_broker, "apache": apache_kafka}[request.param]
    with start(folder) as address:
        yield address


@pytest.fixture(scope="package")
def numbers() -> Iterator[int]:
    """Numbers that make names unique on one server."""
    return count()


@pytest.fixture
async def cluster(kafka_server: str, numbers: Iterator[int]) -> AsyncGenerator[Cluster]:
    """Clients of one server, closed after the test."""
    async with Cluster(kafka_server, numbers) as clients:
        yield clients
