"""Topics as the world: one record for each content, as any Kafka client reads it."""

from collections.abc import Generator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from llama.adapters.kafka.reader import KafkaReader
from llama.adapters.outlets.kafka import KafkaCarrier
from llama.domain.digests import digest_bytes
from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.outlet import InDoubt, Sender, Sent
from llama.ports.message_log import Record
from schemas.topics import MEBIBYTE, Topic
from tests.support.kafka import apache_kafka, embedded_broker, embedded_process

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SENDER = Sender("MS230914a", "Publish")
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


def an_entry(topic: str, content: bytes = b'{"p": 0.01}') -> Sent:
    return Sent("k1", topic, 3, digest_bytes(content), content, NOON, state="in_doubt")


async def records_of(server: str, topic: str) -> list[Record]:
    async with KafkaReader(server) as reader:
        read = reader.read(Topic(topic, "event", 1, {}))
        return [record async for batch in read for record in batch.records]


async def test_a_content_becomes_a_record_of_its_event(server: str) -> None:
    topic = f"notices-{next(NAMES)}"
    async with KafkaCarrier(server, client_id="test") as carrier:
        await carrier.ready(topic)
        answer = await carrier.carry(SENDER, an_entry(topic))

    [record] = await records_of(server, topic)
    assert (record.key, record.value) == (b"MS230914a", b'{"p": 0.01}')
    assert answer == {"outlet": "kafka", "topic": topic, "partition": 0, "offset": 0}
    headers = dict(record.headers)
    assert (headers["ce_id"], headers["ce_subject"]) == (b"MS230914a.Publish.3", b"MS230914a")
    assert (headers["ce_time"], headers["ce_type"]) == (
        b"2026-11-22T12:00:00.000000Z",
        topic.encode(),
    )
    assert (headers["_format"], headers["_test"]) == (b"json", b"true")


async def test_a_topic_that_is_there_is_taken_as_it_is(server: str) -> None:
    topic = f"notices-{next(NAMES)}"
    async with KafkaCarrier(server, client_id="test") as carrier:
        for _ in range(2):
            await carrier.ready(topic)
            await carrier.carry(Sender("S230914a", "Publish"), an_entry(topic))

    records = await records_of(server, topic)
    assert [record.offset for record in records] == [0, 1]
    assert "_test" not in dict(records[0].headers)


async def test_a_server_that_is_away_takes_nothing(tmp_path: Path) -> None:
    with embedded_broker(tmp_path) as address:
        pass
    async with KafkaCarrier(address, client_id="test") as carrier:
        with pytest.raises(Unavailable, match="no Kafka at"):
            await carrier.ready("notices")


async def test_a_server_that_dies_meanwhile_leaves_a_doubt_and_nothing_goes_out_later(
    tmp_path: Path,
) -> None:
    with embedded_process(tmp_path) as server:
        async with KafkaCarrier(server.address, client_id="test", patience_s=1.0) as carrier:
            await carrier.ready("notices")
            await carrier.carry(SENDER, an_entry("notices", b"one"))
            server.process.kill()
            server.process.wait()
            with pytest.raises(InDoubt, match="llama publish confirm MS230914a Publish 3"):
                await carrier.carry(SENDER, an_entry("notices", b"two"))
            with embedded_process(tmp_path, "--port", server.address.rpartition(":")[2]):
                await carrier.ready("notices")
                await carrier.carry(SENDER, an_entry("notices", b"three"))
                records = await records_of(server.address, "notices")

    assert [record.value for record in records] == [b"one", b"three"]


async def test_what_no_topic_takes_was_surely_not_sent(server: str) -> None:
    topic = f"notices-{next(NAMES)}"
    large = bytes(26 * MEBIBYTE)
    async with KafkaCarrier(server, client_id="test") as carrier:
        await carrier.ready(topic)
        with pytest.raises(Misconfigured, match="takes no message so large"):
            await carrier.carry(SENDER, an_entry(topic, large))

    assert await records_of(server, topic) == []
