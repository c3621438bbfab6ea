"""What every log promises: in memory, on the embedded broker and on Apache Kafka."""

import asyncio

import pytest

from schemas.envelope import body_of, headers_of, key_of
from schemas.topics import MEBIBYTE
from tests.contract.log.bench import Bench, a_message, first, values

EVENTS = ("S190814bv", "S230518h", "MS181101ab", "S230914ak", "S1")


async def test_messages_of_an_event_keep_their_order(bench: Bench) -> None:
    topic = await bench.topic(partitions=4)
    messages = [a_message(number) for number in range(60)]

    await bench.log.append(topic, messages[:50])
    for message in messages[50:]:
        await bench.log.append(topic, [message])

    read = await bench.records(topic)
    assert [record.value for record in read] == [body_of(message) for message in messages]


async def test_all_messages_of_an_event_stand_in_one_partition(bench: Bench) -> None:
    topic = await bench.topic(partitions=4)

    for number in range(4):
        await bench.log.append(topic, [a_message(number, event=event) for event in EVENTS])

    places = {(record.key, record.partition) for record in await bench.records(topic)}
    assert sorted(key or b"" for key, _ in places) == sorted(event.encode() for event in EVENTS)


async def test_append_says_where_each_message_stands(bench: Bench) -> None:
    topic = await bench.topic(partitions=4)

    written = await bench.log.append(topic, [a_message(0, event=event) for event in EVENTS])

    assert [record.key for record in written] == [event.encode() for event in EVENTS]
    read = await bench.records(topic)
    assert {(one.partition, one.offset): one for one in read} == {
        (one.partition, one.offset): one for one in written
    }


async def test_what_was_appended_is_read_at_once(bench: Bench) -> None:
    topic = await bench.topic()

    for number in range(10):
        await bench.log.append(topic, [a_message(number)])
        assert len(await bench.records(topic)) == number + 1


async def test_appending_at_the_same_time_loses_nothing(bench: Bench) -> None:
    topic = await bench.topic(partitions=2)

    async with asyncio.TaskGroup() as group:
        for number in range(40):
            message = a_message(number, event=EVENTS[number % 5])
            group.create_task(bench.log.append(topic, [message]))

    ids = [dict(record.headers)["ce_id"] for record in await bench.records(topic)]
    assert sorted(ids) == sorted(f"act-{number}".encode() for number in range(40))


async def test_appending_nothing_writes_nothing(bench: Bench) -> None:
    topic = await bench.topic()

    assert list(await bench.log.append(topic, [])) == []
    assert await bench.reader.ends(topic) == {0: 0}


async def test_cloudevents_headers_arrive(bench: Bench) -> None:
    topic = await bench.topic()
    message = a_message(event="MS181101ab")

    await bench.log.append(topic, [message])

    [record] = await bench.records(topic)
    assert (record.key, list(record.headers)) == (key_of(message), headers_of(message))
    assert {("ce_specversion", b"1.0"), ("_test", b"true")} <= set(record.headers)


@pytest.mark.parametrize("raw", [b"{}", b"", b"\x00\xff\xfe not UTF-8", b"x" * 2 * MEBIBYTE])
async def test_raw_bytes_arrive_as_they_were_sent(bench: Bench, raw: bytes) -> None:
    topic = await bench.topic()
    headers = {"name": b"\xff file.json", "empty": b""}

    written = await bench.log.append_raw(topic, raw, headers=headers)

    [record] = await bench.records(topic)
    assert record == written
    assert (record.key, record.value, dict(record.headers)) == (None, raw, headers)


async def test_the_ends_of_an_empty_topic_are_zero(bench: Bench) -> None:
    topic = await bench.topic(partitions=3)

    assert await bench.reader.ends(topic) == {0: 0, 1: 0, 2: 0}
    assert await bench.records(topic) == []


async def test_the_ends_are_after_the_last_record_of_each_partition(bench: Bench) -> None:
    topic = await bench.topic(partitions=3)

    written = await bench.log.append(topic, [a_message(0, event=event) for event in EVENTS])

    ends = dict.fromkeys(range(3), 0)
    for record in written:
        ends[record.partition] = max(ends[record.partition], record.offset + 1)
    assert await bench.reader.ends(topic) == ends


async def test_reading_ends_where_the_end_was_when_it_began(bench: Bench) -> None:
    topic = await bench.topic()
    await bench.log.append(topic, [a_message(number) for number in range(3)])

    read: list[int] = []
    async for batch in bench.reader.read(topic):
        read += [record.offset for record in batch.records]
        await bench.log.append(topic, [a_message(9)])

    assert read == [0, 1, 2]


async def test_a_topic_is_read_again_from_its_first_record(bench: Bench) -> None:
    topic = await bench.topic(partitions=2)
    await bench.log.append(topic, [a_message(0, event=event) for event in EVENTS])

    once = await bench.records(topic)
    again = await bench.records(topic)

    assert len(once) == len(EVENTS)
    assert {(one.partition, one.offset) for one in once} == {
        (one.partition, one.offset) for one in again
    }


async def test_batches_of_a_partition_follow_each_other_without_a_gap(bench: Bench) -> None:
    topic = await bench.topic(partitions=2)
    for number in range(30):
        await bench.log.append(topic, [a_message(number, event=EVENTS[number % 5])])

    stands = {0: 0, 1: 0}
    async for batch in bench.reader.read(topic):
        assert batch.start == stands[batch.partition]
        offsets = [record.offset for record in batch.records]
        assert offsets == list(range(batch.start, batch.end))
        stands[batch.partition] = batch.end

    assert stands == await bench.reader.ends(topic)


async def test_a_subscription_begins_at_the_beginning(bench: Bench) -> None:
    topic = await bench.topic()
    written = await bench.log.append(topic, [a_message(number) for number in range(3)])

    async with bench.subscribe(topic) as subscription:
        batches = await first(subscription, 3)

    assert (batches[0].start, values(batches)) == (0, [record.value for record in written])


async def test_a_subscription_begins_at_the_given_positions(bench: Bench) -> None:
    topic = await bench.topic(partitions=4)
    written = await bench.log.append(topic, [a_message(number) for number in range(5)])
    number = written[0].partition

    async with bench.subscribe(topic, at={(topic.name, number): 3}) as subscription:
        batches = await first(subscription, 2)

    assert (batches[0].partition, batches[0].start) == (number, 3)
    assert values(batches) == [record.value for record in written[3:]]


async def test_a_subscription_waits_for_what_is_still_to_come(bench: Bench) -> None:
    topic = await bench.topic()

    async with bench.subscribe(topic) as subscription, asyncio.TaskGroup() as group:
        coming = group.create_task(first(subscription))
        await bench.log.append(topic, [a_message(1)])

    assert values(coming.result()) == [body_of(a_message(1))]


async def test_a_subscription_follows_several_topics(bench: Bench) -> None:
    topics = [await bench.topic(), await bench.topic(partitions=2)]
    for topic in topics:
        await bench.log.append(topic, [a_message()])

    async with bench.subscribe(*topics) as subscription:
        batches = await first(subscription, 2)

    assert {batch.topic for batch in batches} == {topic.name for topic in topics}


async def test_a_haul_has_what_waits_in_all_partitions_of_all_topics(bench: Bench) -> None:
    topics = [await bench.topic(), await bench.topic(partitions=3)]
    written = [
        record
        for topic in topics
        for record in await bench.log.append(topic, [a_message(event=f"S{n}") for n in range(9)])
    ]

    async with bench.subscribe(*topics) as subscription:
        haul = await anext(aiter(subscription.hauls()))

    places = {(record.topic, record.partition) for record in written}
    assert {(batch.topic, batch.partition) for batch in haul} == places
    assert sorted(values(haul), key=repr) == sorted((one.value for one in written), key=repr)


async def test_confirmed_batches_follow_each_other(bench: Bench) -> None:
    topic = await bench.topic()

    async with bench.subscribe(topic) as subscription:
        places: list[tuple[int, int]] = []
        for number in range(4):
            await bench.log.append(topic, [a_message(number)])
            places += [(batch.start, batch.end) for batch in await first(subscription)]

    assert places == [(0, 1), (1, 2), (2, 3), (3, 4)]


async def test_what_was_not_confirmed_comes_again_after_reopening(bench: Bench) -> None:
    topic = await bench.topic()
    await bench.log.append(topic, [a_message(number) for number in range(3)])
    async with bench.subscribe(topic) as subscription:
        lost = await anext(aiter(subscription.hauls()))

    async with bench.subscribe(topic) as subscription:
        again = await anext(aiter(subscription.hauls()))

    assert again == lost


async def test_the_ledgers_position_decides_and_not_what_was_confirmed(bench: Bench) -> None:
    """Effects and offset are one transaction: if it was lost, the batch has to come again."""
    topic = await bench.topic()
    await bench.log.append(topic, [a_message(number) for number in range(3)])
    async with bench.subscribe(topic) as subscription:
        await first(subscription, 3)

    async with bench.subscribe(topic, at={(topic.name, 0): 1}) as subscription:
        [batch] = await first(subscription, 2)

    assert (batch.start, batch.end) == (1, 3)
