"""A worker that is killed between the two entries of the ledger never sends twice."""

import signal
from collections.abc import AsyncGenerator, Generator
from itertools import count

import pytest

from llama.adapters.kafka.reader import KafkaReader
from schemas.topics import Topic
from tests.support.kafka import apache_kafka, embedded_broker
from tests.support.killed_sender import AFTER, BEFORE, BETWEEN, CONTENT, IN_DOUBT, SENDER, run
from tests.support.postgres import Databases
from tests.support.publication_ledger import doubts, settle

NAMES = count()


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with embedded_broker(tmp_path_factory.mktemp("embedded")) as address:
        yield address


@pytest.fixture(scope="module")
def apache(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with apache_kafka(tmp_path_factory.mktemp("apache")) as address:
        yield address


@pytest.fixture(params=["embedded", "apache"])
def server(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


@pytest.fixture
async def dsn(postgres_18: Databases) -> AsyncGenerator[str]:
    async with postgres_18.fresh() as dsn:
        yield dsn


@pytest.fixture
def topic() -> str:
    return f"notices-{next(NAMES)}"


async def arrived(server: str, topic: str) -> list[bytes | None]:
    async with KafkaReader(server) as reader:
        read = reader.read(Topic(topic, "event", 1, {}))
        return [record.value async for batch in read for record in batch.records]


@pytest.mark.parametrize("point", BETWEEN)
async def test_between_the_entries_it_is_in_doubt_and_not_sent_again(
    server: str, dsn: str, topic: str, point: str
) -> None:
    killed = run(dsn, server, topic, point)
    again = [run(dsn, server, topic) for _ in range(2)]
    found, listed = await arrived(server, topic), await doubts(dsn)

    assert killed.returncode == -signal.SIGKILL
    assert [one.returncode for one in again] == [IN_DOUBT, IN_DOUBT]
    assert b"was sent or not" in again[0].stdout
    assert len(found) <= 1
    assert listed == [1]

    await settle(dsn, SENDER, sent=bool(found))
    last = run(dsn, server, topic)
    assert (last.returncode, last.stderr) == (0, b"")
    assert await arrived(server, topic) == [CONTENT]
    assert await doubts(dsn) == []


@pytest.mark.parametrize("point", [*BEFORE, *AFTER])
async def test_outside_of_them_nothing_is_in_doubt(
    server: str, dsn: str, topic: str, point: str
) -> None:
    killed = run(dsn, server, topic, point)
    again = [run(dsn, server, topic) for _ in range(2)]

    assert killed.returncode == -signal.SIGKILL
    assert [one.returncode for one in again] == [0, 0], again[0].stderr
    assert len({one.stdout.splitlines()[-1] for one in again}) == 1
    assert await arrived(server, topic) == [CONTENT]
    assert await doubts(dsn) == []
