"""The servers from which subscribers read."""

from collections.abc import Generator

import pytest

from llama.adapters.kafka.topics import ensure_topics
from schemas.topics import PUBLIC
from tests.support.kafka import apache_kafka, embedded_broker


@pytest.fixture(scope="package")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Run the embedded broker as long as the session."""
    with embedded_broker(tmp_path_factory.mktemp("embedded")) as address:
        yield address


@pytest.fixture(scope="package")
def apache(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Run Apache Kafka as long as the session."""
    with apache_kafka(tmp_path_factory.mktemp("apache")) as address:
        yield address


@pytest.fixture(params=["embedded", "apache"])
async def public_server(request: pytest.FixtureRequest) -> str:
    """Go through the servers, with the public topics on each."""
    address: str = request.getfixturevalue(request.param)
    await ensure_topics(address, PUBLIC)
    return address
