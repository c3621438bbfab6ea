"""What every source promises: in memory, of a folder, of the embedded broker, of Apache Kafka."""

import asyncio

import pytest

from schemas.topics import MEBIBYTE
from tests.contract.sources.bench import Judged, after, level, taken, values

HOSTILE = (b"", b"\x00\xff\xfe not UTF-8", b"x" * 2 * MEBIBYTE)


async def test_a_source_that_was_never_read_is_read_from_its_beginning(judged: Judged) -> None:
    for number in range(5):
        await judged.put(f"{number}".encode())

    async with judged.open() as feed:
        arrivals = await taken(feed, 5)

    assert values(arrivals) == [b"0", b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize("value", HOSTILE)
async def test_bytes_arrive_as_they_were_put(judged: Judged, value: bytes) -> None:
    await judged.put(value)

    async with judged.open() as feed:
        [arrival] = await taken(feed, 1)

    assert (arrival.value, arrival.size) == (value, len(value))


async def test_what_was_read_does_not_come_again(judged: Judged) -> None:
    for number in range(3):
        await judged.put(f"{number}".encode())
    async with judged.open() as feed:
        before = await taken(feed, 3)
    await judged.put(b"new")

    async with judged.open(after(before)) as feed:
        arrivals = await taken(feed, 1)

    assert values(arrivals) == [b"new"]


async def test_what_was_not_taken_comes_again(judged: Judged) -> None:
    await judged.put(b"a")
    async with judged.open() as feed:
        lost = await taken(feed, 1)

    async with judged.open() as feed:
        assert await taken(feed, 1) == lost


async def test_what_comes_later_is_waited_for(judged: Judged) -> None:
    async with judged.open() as feed, asyncio.TaskGroup() as group:
        coming = group.create_task(taken(feed, 2))
        await judged.put(b"a")
        await judged.put(b"b")

    assert values(coming.result()) == [b"a", b"b"]


async def test_a_source_says_when_it_has_no_more(judged: Judged) -> None:
    for _ in range(3):
        await judged.put(b"a")

    async with judged.open() as feed:
        haul = await level(feed)

    assert (haul.lag, haul.complaint, haul.lost) == (0, "", 0)


async def test_every_record_has_a_place_of_its_own(judged: Judged) -> None:
    for _ in range(4):
        await judged.put(b"the same")

    async with judged.open() as feed:
        arrivals = await taken(feed, 4)

    assert len({(one.place, one.offset) for one in arrivals}) == 4
