"""What is promised beyond the ports by the log on servers that speak the Kafka protocol."""

import asyncio
import gc
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.reader import KafkaReader
from llama.adapters.kafka.records import share_of
from llama.adapters.kafka.subscription import KafkaSubscription, Share
from llama.adapters.kafka.topics import ensure_topics
from llama.domain.errors import Misconfigured, Unavailable
from llama.runtime.rhythm import Rhythm
from tests.contract.log.bench import (
    Bench,
    a_message,
    a_topic,
    first,
    kafka_subscription,
    values,
)

NOBODY = "127.0.0.1:1"
"""A port that only root may listen at, and nobody does."""
QUICKLY_S = 10.0
"""Far below aiokafka's own 40 s, and far above what a refused connection takes anywhere."""


@given(
    partitions=st.dictionaries(st.sampled_from("abc"), st.integers(1, 20), min_size=1),
    instances=st.integers(1, 25),
)
def test_shares_cover_every_partition_exactly_once(
    partitions: dict[str, int], instances: int
) -> None:
    numbers = {topic: range(count) for topic, count in partitions.items()}

    shares = [share_of(numbers, instance=one, instances=instances) for one in range(instances)]

    covered = [(partition.topic, partition.partition) for share in shares for partition in share]
    assert sorted(covered) == sorted(
        (t, n) for t, count in partitions.items() for n in range(count)
    )


@pytest.mark.parametrize("instances", [1, 2, 3, 5])
async def test_siblings_read_every_record_once_between_them(kafka: Bench, instances: int) -> None:
    topic = await kafka.topic(partitions=4)
    written = await kafka.log.append(topic, [a_message(event=f"S{n}") for n in range(24)])

    read: list[bytes | None] = []
    for instance in range(instances):
        mine = [one for one in written if one.partition % instances == instance]
        share = Share(instance, instances)
        async with kafka_subscription(kafka.address or "", topic, share=share) as subscription:
            read += values(await first(subscription, len(mine)) if mine else [])

    assert sorted(value or b"" for value in read) == sorted(one.value or b"" for one in written)


async def test_a_subscription_to_large_records_takes_them_one_by_one(kafka: Bench) -> None:
    topic = await kafka.topic()
    await kafka.log.append(topic, [a_message(number) for number in range(4)])

    async with kafka_subscription(kafka.address or "", topic, max_records=1) as subscription:
        batches = await first(subscription, 4)

    assert [(batch.start, batch.end) for batch in batches] == [(0, 1), (1, 2), (2, 3), (3, 4)]


async def test_what_comes_while_records_gather_is_of_the_same_haul(kafka: Bench) -> None:
    topic, gather_s = await kafka.topic(partitions=2), 2.0
    opened = kafka_subscription(kafka.address or "", topic).gathering(lambda now: now + gather_s)

    async with opened as subscription, asyncio.TaskGroup() as group:
        coming = group.create_task(first(subscription))
        written = [
            (await kafka.log.append(topic, [a_message(number, event=f"S{number}")]))[0]
            for number in range(5)
        ]

    batches = coming.result()
    assert [
        (batch.start, batch.end) for batch in sorted(batches, key=lambda one: one.partition)
    ] == [(0, len([one for one in written if one.partition == number])) for number in range(2)]


async def test_what_comes_soon_after_a_haul_is_of_one_haul(kafka: Bench) -> None:
    topic = await kafka.topic()
    opened = kafka_subscription(kafka.address or "", topic).gathering(Rhythm(0.01, 2.0).until)
    await kafka.log.append(topic, [a_message(0)])

    async with opened as subscription, asyncio.TaskGroup() as group:
        before = await first(subscription)
        coming = group.create_task(first(subscription))
        for number in range(1, 5):
            await kafka.log.append(topic, [a_message(number)])

    assert [(batch.start, batch.end) for batch in [*before, *coming.result()]] == [(0, 1), (1, 5)]


async def test_nothing_waits_until_a_silent_partition_has_something(kafka: Bench) -> None:
    topic = await kafka.topic(partitions=2)
    opened = kafka_subscription(kafka.address or "", topic, idle_ms=60_000).gathering(
        lambda now: now + 0.4
    )

    async with opened as subscription, asyncio.timeout(30), asyncio.TaskGroup() as group:
        coming = group.create_task(first(subscription, 60))
        for number in range(60):  # some lie there already while others gather
            await kafka.log.append(topic, [a_message(number)])
        batches = await coming

    assert len(values(batches)) == 60


async def test_a_haul_that_gathers_has_no_more_records_than_are_taken_together(
    kafka: Bench,
) -> None:
    topic = await kafka.topic()
    await kafka.log.append(topic, [a_message(number) for number in range(5)])
    opened = kafka_subscription(kafka.address or "", topic, max_records=2).gathering(
        lambda now: now + 0.01
    )

    async with opened as subscription:
        batches = await first(subscription, 5)

    assert [(batch.start, batch.end) for batch in batches] == [(0, 2), (2, 4), (4, 5)]


async def test_a_subscription_may_be_closed_as_soon_as_it_is_open(kafka: Bench) -> None:
    topic = await kafka.topic()

    for _ in range(5):
        async with kafka.subscribe(topic):
            pass

    gc.collect()  # a consumer that was left open would warn now


async def test_a_subscription_that_cannot_ask_for_its_position_leaves_nothing_open(
    kafka: Bench,
) -> None:
    topic = await kafka.topic()

    async def away(topic: str) -> Mapping[int, int]:
        raise Unavailable("the database is away")

    with pytest.raises(Unavailable, match="database is away"):
        async with KafkaSubscription(
            kafka.address or "", [topic], consumer="c", positions=away, share=Share()
        ):
            raise AssertionError("unreachable")
    gc.collect()


async def test_a_log_that_is_shorter_than_what_was_read_is_refused(kafka: Bench) -> None:
    """Reading on from its beginning would fold old facts into newer states."""
    topic = await kafka.topic()
    await kafka.log.append(topic, [a_message()])

    with pytest.raises(Misconfigured, match=r"ends at 1, and 5 was read already"):
        async with kafka.subscribe(topic, at={(topic.name, 0): 5}):
            raise AssertionError("unreachable")


async def test_a_refused_message_does_not_keep_the_next_ones_out(kafka: Bench) -> None:
    topic = a_topic(max_message_bytes="2000")
    await ensure_topics(kafka.address or "", [topic])

    with pytest.raises(Misconfigured, match=r"no message so large: raise its max\.message\.bytes"):
        await kafka.log.append(topic, [a_message(1, reason="x" * 2000)])
    await kafka.log.append(topic, [a_message(2)])
    await kafka.log.append(topic, [a_message(3)])

    ids = [dict(record.headers)["ce_id"] for record in await kafka.records(topic)]
    assert ids == [b"act-2", b"act-3"]


async def test_topics_are_made_as_the_catalogue_says(kafka_address: str) -> None:
    topic = a_topic(partitions=3, retention_ms="-1")

    await ensure_topics(kafka_address, [topic, a_topic()])
    await ensure_topics(kafka_address, [topic])

    async with KafkaReader(kafka_address) as reader:
        assert await reader.ends(topic) == {0: 0, 1: 0, 2: 0}


async def test_several_services_may_make_the_topics_at_the_same_time(kafka_address: str) -> None:
    topics = [a_topic(partitions=2) for _ in range(3)]

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(ensure_topics(kafka_address, topics))

    await ensure_topics(kafka_address, topics)


async def test_another_number_of_partitions_is_refused(kafka_address: str) -> None:
    topic = a_topic(partitions=3)
    await ensure_topics(kafka_address, [topic])
    other = type(topic)(topic.name, topic.key, 8, topic.config)

    complaint = rf"topic {topic.name} has 3 partitions and must have 8: .*use a new topic"
    with pytest.raises(Misconfigured, match=complaint):
        await ensure_topics(kafka_address, [other])


async def test_another_configuration_is_refused(kafka_address: str) -> None:
    topic = a_topic(retention_ms="60000")
    await ensure_topics(kafka_address, [topic])
    other = type(topic)(topic.name, topic.key, 1, {**topic.config, "retention.ms": "-1"})

    complaint = rf"topic {topic.name} has retention\.ms=60000 and must have -1: correct it"
    with pytest.raises(Misconfigured, match=complaint):
        await ensure_topics(kafka_address, [other])


async def test_a_configuration_that_no_server_knows_is_refused(kafka_address: str) -> None:
    topic = a_topic(no_such_setting="1")

    with pytest.raises(Misconfigured, match=topic.name):
        await ensure_topics(kafka_address, [topic])


async def test_it_is_said_at_once_when_nothing_listens() -> None:
    began = time.monotonic()

    for opening in (
        KafkaLog(NOBODY, client_id="tests"),
        KafkaReader(NOBODY),
        kafka_subscription(NOBODY, a_topic()),
    ):
        with pytest.raises(Unavailable, match=f"no Kafka at {NOBODY}"):
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(opening)
    with pytest.raises(Unavailable, match=f"no Kafka at {NOBODY}: start it, or correct"):
        await ensure_topics(NOBODY, [a_topic()])

    assert time.monotonic() - began < QUICKLY_S
