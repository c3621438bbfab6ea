"""What is promised of topics of others beyond what every source promises."""

import asyncio
from collections.abc import AsyncIterator
from types import ModuleType

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from llama.adapters.kafka.log import KafkaLog
from llama.adapters.sources import gcn, kafka
from llama.adapters.sources.gcn import GcnFeed
from llama.adapters.sources.kafka import KafkaFeed
from llama.domain.errors import Unavailable
from llama.ports.sources import Haul, Places
from schemas.topics import Topic
from tests.contract.sources.bench import LOOK_EVERY_S, a_topic, gcn_feed, level, taken, values

NOBODY = "127.0.0.1:1"


@pytest.fixture(params=[kafka, gcn])
def client(request: pytest.FixtureRequest) -> ModuleType:
    """Go through the clients: aiokafka, and librdkafka as GCN's brokers are read."""
    return request.param


def a_feed(
    client: ModuleType, address: str, *topics: str, places: Places | None = None
) -> KafkaFeed | GcnFeed:
    if client is gcn:
        return gcn_feed(address, *topics, places=places)
    return KafkaFeed(address, topics, places or {}, look_every_s=LOOK_EVERY_S)


async def test_records_of_all_topics_and_partitions_come(
    client: ModuleType, writer: KafkaLog, kafka_address: str
) -> None:
    topics = [await a_topic(kafka_address), await a_topic(kafka_address, partitions=3)]
    for topic in topics:
        for number in range(12):
            await writer.append_raw(topic, b"v", headers={}, key=f"{number}".encode())

    async with a_feed(client, kafka_address, *(topic.name for topic in topics)) as feed:
        arrivals = await taken(feed, 24)

    assert len({(one.place, one.offset) for one in arrivals}) == 24
    assert {one.topic for one in arrivals} == {topic.name for topic in topics}


async def test_headers_and_the_time_of_a_record_are_told(
    client: ModuleType, writer: KafkaLog, kafka_address: str
) -> None:
    topic = await a_topic(kafka_address)
    await writer.append_raw(topic, b"v", headers={"_test": b"true", "empty": b""})

    async with a_feed(client, kafka_address, topic.name) as feed:
        [arrival] = await taken(feed, 1)

    assert dict(arrival.headers) == {"_test": b"true", "empty": b""}
    assert arrival.at is not None


async def test_a_server_that_is_not_there_is_unavailable(
    client: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ANSWER_WITHIN_S", 2.0)
    with pytest.raises(
        Unavailable, match=r"127\.0\.0\.1:1 does not answer|no Kafka at 127\.0\.0\.1:1: is it"
    ):
        async with a_feed(client, NOBODY, "topic"):
            pass


async def test_a_topic_that_is_not_there_is_told_beside_one_that_is(
    client: ModuleType, writer: KafkaLog, kafka_address: str
) -> None:
    topic = await a_topic(kafka_address)
    await writer.append_raw(topic, b"v", headers={})

    async with a_feed(client, kafka_address, "no.such.topic", topic.name) as feed:
        haul = await level(feed)

    assert haul.complaint == "there is no topic no.such.topic for us"


async def test_only_topics_that_are_not_there_are_unavailable(
    client: ModuleType, kafka_address: str
) -> None:
    with pytest.raises(Unavailable, match=r"there is no topic no\.such\.topic"):
        async with a_feed(client, kafka_address, "no.such.topic"):
            pass


async def test_a_heartbeat_is_a_time_and_no_record(
    client: ModuleType, writer: KafkaLog, kafka_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    beating, topic = await a_topic(kafka_address), await a_topic(kafka_address)
    monkeypatch.setattr(client, "HEARTBEATS", (beating.name,))
    await writer.append_raw(beating, b"long ago", headers={})

    async with a_feed(client, kafka_address, beating.name, topic.name) as feed:
        hauls = feed.hauls()
        first = await anext(hauls)
        await writer.append_raw(beating, b"now", headers={})
        beats = [haul.beat async for haul in until_beat(hauls)]

    assert (first.beat, first.lag) == (None, 0)
    assert beats[-1] is not None


async def until_beat(hauls: AsyncIterator[Haul]) -> AsyncIterator[Haul]:
    async for haul in hauls:
        assert haul.arrivals == ()
        yield haul
        if haul.beat:
            return


async def test_a_topic_that_was_made_anew_is_read_from_its_beginning(
    client: ModuleType, writer: KafkaLog, kafka_address: str
) -> None:
    topic = await a_topic(kafka_address)
    await writer.append_raw(topic, b"new", headers={})

    async with a_feed(client, kafka_address, topic.name, places={(topic.name, 0): 900}) as feed:
        arrivals = await taken(feed, 1)

    assert values(arrivals) == [b"new"]


@pytest.mark.parametrize("read", [0, 2])
async def test_records_that_expired_before_they_were_read_are_told(
    client: ModuleType, apache_source: str, read: int
) -> None:
    topic = await a_topic(apache_source)
    async with KafkaLog(apache_source, client_id="observatory") as writer:
        for number in range(5):
            await writer.append_raw(topic, f"{number}".encode(), headers={})
    await expire(apache_source, topic, before=3)
    places = {(topic.name, 0): read} if read else {}

    async with a_feed(client, apache_source, topic.name, places=places) as feed:
        hauls = feed.hauls()
        first = await anext(hauls)
        arrivals = [*first.arrivals, *(await taken(feed, 2 - len(first.arrivals)))]

    assert values(arrivals) == [b"3", b"4"]
    # Of a source that was never read nobody knows what it had before.
    assert first.lost == (1 if read else 0)
    assert first.moved == ({(topic.name, 0): 3} if read else {})


async def test_records_that_expire_while_it_is_read_have_it_opened_anew(
    client: ModuleType, apache_source: str
) -> None:
    topic = await a_topic(apache_source)
    async with (
        KafkaLog(apache_source, client_id="observatory") as writer,
        a_feed(client, apache_source, topic.name) as feed,
    ):
        for number in range(5):
            await writer.append_raw(topic, f"{number}".encode(), headers={})
        await expire(apache_source, topic, before=5)
        try:
            arrivals = await asyncio.wait_for(taken(feed, 5), 10.0)
        except Unavailable:
            arrivals = []

    # It was quicker than the server, or is told to look where it begins: never is nothing said.
    assert len(arrivals) in {0, 5}


async def expire(address: str, topic: Topic, *, before: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.delete_records({TopicPartition(topic.name, 0): RecordsToDelete(before)})
    finally:
        await admin.close()
