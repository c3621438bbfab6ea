"""Subscribing: each change once, in order, from anywhere, and it ends when it is to end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext

import pytest

from llama.adapters.memory.log import MemoryLog, MemorySubscription
from llama.client.subscribing import EARLIEST, Change, Subscriber
from llama.domain.errors import LlamaError, Misconfigured, NoPosition, Unavailable
from llama.ports.message_log import Haul, Subscription
from schemas.examples_of_announcements import (
    EVENT_BEGAN,
    FILE_BECAME_OBSOLETE,
    FILE_MADE,
    FILE_REMOVED,
    SELECTION_CHANGED,
    SELECTION_DEFINED,
    SELECTION_REMOVED,
)
from schemas.public import EventBegan, FileBecameObsolete, FileMade
from schemas.topics import (
    PUBLIC_EVENTS_TOPIC,
    PUBLIC_FILES_TOPIC,
    PUBLIC_SELECTIONS_TOPIC,
    SELECTIONS_TOPIC,
    Topic,
)

FILES = (FILE_MADE, FILE_BECAME_OBSOLETE, FILE_REMOVED)


@pytest.fixture
async def log() -> MemoryLog:
    log = MemoryLog()
    await log.append(PUBLIC_EVENTS_TOPIC, [EVENT_BEGAN])
    await log.append(PUBLIC_FILES_TOPIC, FILES)
    return log


def a_subscriber(log: MemoryLog, opened: asyncio.Event | None = None) -> Subscriber:
    def follow(
        topics: Sequence[Topic], places: Mapping[tuple[str, int], int]
    ) -> AbstractAsyncContextManager[Subscription]:
        if opened:
            opened.set()
        return nullcontext(MemorySubscription(log, topics, places))

    return Subscriber(log, follow)


async def all_of(told: AsyncGenerator[Change]) -> list[Change]:
    return [change async for change in told]


async def test_everything_that_was_announced_is_told_and_then_it_ends(log: MemoryLog) -> None:
    told = await all_of(a_subscriber(log).changes(EARLIEST, 0))

    assert [one.message for one in told] == [EVENT_BEGAN, *FILES]
    assert [type(one.message) for one in told][:3] == [EventBegan, FileMade, FileBecameObsolete]
    assert (told[0].kind, told[0].event) == ("EventBegan", EVENT_BEGAN.event)


async def test_whoever_goes_on_behind_a_change_misses_nothing_and_sees_nothing_twice(
    log: MemoryLog,
) -> None:
    everything = await all_of(a_subscriber(log).changes(EARLIEST, 0))

    for number, change in enumerate(everything, 1):
        told = await all_of(a_subscriber(log).changes(change.offset, 0))
        assert told == everything[number:]


async def test_a_message_that_comes_again_after_a_crash_is_told_once(log: MemoryLog) -> None:
    await log.append(PUBLIC_FILES_TOPIC, FILES)

    told = await all_of(a_subscriber(log).changes(EARLIEST, 0))

    assert len(told) == 4


async def test_without_an_offset_only_what_is_announced_from_now_on_is_told(
    log: MemoryLog,
) -> None:
    opened = asyncio.Event()
    async with aclosing(a_subscriber(log, opened).changes(None, None)) as told:
        first = asyncio.ensure_future(anext(told))
        await opened.wait()
        later = FILE_MADE.model_copy(update={"id": "later"})
        await log.append(PUBLIC_FILES_TOPIC, [later])

        assert (await first).message == later


async def test_it_ends_when_nothing_has_come_for_so_long(log: MemoryLog) -> None:
    assert await all_of(a_subscriber(log).changes(None, 0.01)) == []


async def test_a_kind_that_only_a_newer_release_knows_is_passed_over(log: MemoryLog) -> None:
    await log.append_raw(PUBLIC_FILES_TOPIC, b'{"kind": "FileSung"}', headers={})
    await log.append(PUBLIC_FILES_TOPIC, [FILE_MADE.model_copy(update={"id": "later"})])

    told = await all_of(a_subscriber(log).changes("events:1,files:3", 0))

    assert [(one.message.id, one.offset) for one in told] == [("later", "events:1,files:5")]


@pytest.mark.parametrize("offset", ["", "7", "files:x", "events:9,files:0", "neutrinos:0"])
async def test_an_offset_that_is_none_here_is_refused(offset: str, log: MemoryLog) -> None:
    with pytest.raises(NoPosition):
        await all_of(a_subscriber(log).changes(offset, 0))


async def test_a_mistyped_offset_is_refused_with_all_that_may_be_given(log: MemoryLog) -> None:
    with pytest.raises(NoPosition, match=r"events:12,files:40; or 'earliest' for all there is"):
        await all_of(a_subscriber(log).changes("earlyest", 0))


async def test_a_standing_selection_is_followed_by_its_name(log: MemoryLog) -> None:
    other = SELECTION_CHANGED.model_copy(update={"id": "other", "selection": "other"})
    await log.append(SELECTIONS_TOPIC, [SELECTION_DEFINED])
    await log.append(PUBLIC_SELECTIONS_TOPIC, [other, SELECTION_CHANGED])

    told = await a_subscriber(log).changes_of("neutron-stars", EARLIEST, 0)

    assert [one.message for one in await all_of(told)] == [SELECTION_CHANGED]


async def test_a_selection_that_has_ended_is_refused_with_those_that_there_are(
    log: MemoryLog,
) -> None:
    kept = SELECTION_DEFINED.model_copy(update={"name": "kept"})
    await log.append(SELECTIONS_TOPIC, [SELECTION_DEFINED, kept, SELECTION_REMOVED])

    with pytest.raises(ValueError, match="no standing selection 'neutron-stars': there is kept"):
        await a_subscriber(log).changes_of("neutron-stars", EARLIEST, 0)


class Breaking(MemorySubscription):
    """A server that goes away after its first haul."""

    async def hauls(self) -> AsyncIterator[Haul]:
        async for haul in super().hauls():
            yield haul
            raise Unavailable("it went away")


def a_moving_subscriber(*opened: MemoryLog | LlamaError) -> Subscriber:
    """Each opening meets the next of these: a server that goes away again, or none."""
    logs = iter(opened)
    newest = next(one for one in reversed(opened) if isinstance(one, MemoryLog))

    @asynccontextmanager
    async def follow(
        topics: Sequence[Topic], places: Mapping[tuple[str, int], int]
    ) -> AsyncGenerator[Subscription]:
        found = next(logs)
        if isinstance(found, LlamaError):
            raise found
        yield Breaking(found, topics, places, most=1)

    return Subscriber(newest, follow, again_after_s=0)


async def test_a_server_that_comes_back_elsewhere_is_read_on_where_it_stopped(
    log: MemoryLog,
) -> None:
    away = (Unavailable("no Kafka"), Misconfigured("nothing runs"))
    subscriber = a_moving_subscriber(log, log, *away, log, *away, log)

    async with aclosing(subscriber.changes(EARLIEST, None)) as told:
        found = [await anext(told) for _ in range(4)]

    assert [one.message for one in found] == [EVENT_BEGAN, *FILES]


async def test_a_server_that_is_away_at_the_beginning_is_told(log: MemoryLog) -> None:
    with pytest.raises(Unavailable, match="no Kafka"):
        await all_of(a_moving_subscriber(Unavailable("no Kafka"), log).changes(EARLIEST, None))


async def test_another_system_in_the_place_of_the_server_is_refused(log: MemoryLog) -> None:
    subscriber = a_moving_subscriber(log, log)
    async with aclosing(subscriber.changes(EARLIEST, None)) as told:
        await anext(told)
        log.partition(PUBLIC_EVENTS_TOPIC.name, 0).clear()

        with pytest.raises(NoPosition, match="events:1"):
            await anext(told)
