"""Following: everything once, in order, from any position, in memory and in PostgreSQL."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta

import pytest

from llama.adapters.memory.following import MemoryFollowing
from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.store import MemoryStore
from llama.adapters.system_clock import SystemClock
from llama.client.watching import Followed, Watching, followable
from llama.domain.errors import NoPosition
from llama.domain.position import Position
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.text import from_text
from llama.domain.work import Step
from tests.support.facts import START, Story

ALL = Downselection()
START_POSITION = Position()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(SystemClock())


async def show(store: MemoryStore, *steps: Step) -> None:
    async with MemoryLedger(store).transaction("projection") as transaction:
        await transaction.views.record(steps)


def two_stories() -> tuple[Story, Story]:
    stories = Story(event="S1"), Story(event="S2", partition=1)
    for story in stories:
        story.notice()
        story.settle()
    return stories


async def take(changes: AsyncGenerator[Followed], count: int) -> list[Followed]:
    """Return the next changes; the stream is left open."""
    found: list[Followed] = []
    while len(found) < count:
        one = await anext(changes)
        if one.change is not None:
            found.append(one)
    return found


def told(changes: list[Followed]) -> list[tuple[str, int]]:
    return [(one.change.event, one.change.sequence) for one in changes if one.change]


async def test_whoever_goes_on_from_an_id_misses_nothing_and_sees_nothing_twice(
    store: MemoryStore,
) -> None:
    one, two = two_stories()
    await show(store, *one.steps, *two.steps)
    watching = Watching(MemoryFollowing(store))
    async with aclosing(watching.changes(START_POSITION, ALL, idle_s=0.01)) as changes:
        everything = await take(changes, 8)

    for number, change in enumerate(everything[:-1], 1):
        afresh = Watching(MemoryFollowing(store))
        async with aclosing(afresh.changes(change.position, ALL, idle_s=0.01)) as changes:
            assert told(await take(changes, 8 - number)) == told(everything[number:])


async def test_what_was_told_before_is_told_alike_to_the_next(store: MemoryStore) -> None:
    one, two = two_stories()
    await show(store, *one.steps, *two.steps)
    watching = Watching(MemoryFollowing(store))

    seen = []
    for _ in range(2):
        async with aclosing(watching.changes(START_POSITION, ALL, idle_s=0.01)) as changes:
            seen.append(await take(changes, 8))

    assert seen[0] == seen[1]


async def test_a_follower_hears_of_what_is_shown_later(store: MemoryStore) -> None:
    story, _ = two_stories()
    await show(store, *story.steps[:2])
    watching = Watching(MemoryFollowing(store))
    begin = await watching.start(None)
    async with aclosing(watching.changes(begin, ALL, idle_s=60)) as changes:
        waiting = asyncio.create_task(take(changes, 2))
        await show(store, *story.steps[2:])

        assert told(await waiting) == [("S1", 3), ("S1", 4)]


async def test_only_events_that_meet_the_criteria_are_told(store: MemoryStore) -> None:
    one, two = two_stories()
    await show(store, *one.steps, *two.steps)
    watching = Watching(MemoryFollowing(store))
    wanted = from_text("eventid_filter=S2,fileexists=skymap.json")

    async with aclosing(watching.changes(START_POSITION, wanted, idle_s=0.01)) as changes:
        found = await take(changes, 2)

    assert told(found) == [("S2", 3), ("S2", 4)]


async def test_what_changed_nothing_is_not_told_and_yet_passed(store: MemoryStore) -> None:
    story = Story(event="S1")
    story.notice()
    made = story.make("skymap")
    again = story.tell(made.fact)
    await show(store, *story.steps)

    stream = Watching(MemoryFollowing(store)).changes(START_POSITION, ALL, idle_s=0.01)
    async with aclosing(stream) as changes:
        found = await take(changes, 3)
        quiet = await anext(changes)

    assert told(found)[-1] == ("S1", made.after.sequence)
    assert quiet == Followed(Position({0: again.offset + 1}), None)


async def test_a_late_partition_does_not_hide_an_earlier_fact(store: MemoryStore) -> None:
    one, two = two_stories()
    await show(store, *two.steps)
    watching = Watching(MemoryFollowing(store))
    async with aclosing(watching.changes(START_POSITION, ALL, idle_s=60)) as changes:
        first = await take(changes, 4)
        await show(store, *one.steps)

        assert told(first + await take(changes, 4)) == [
            *(("S2", number) for number in range(1, 5)),
            *(("S1", number) for number in range(1, 5)),
        ]


async def test_another_systems_position_is_refused(store: MemoryStore) -> None:
    one, _ = two_stories()
    await show(store, *one.steps)

    with pytest.raises(NoPosition, match="is ahead of this system, which is at 0:4"):
        await Watching(MemoryFollowing(store)).start(Position({0: 99}))


async def test_one_may_begin_with_a_moment(store: MemoryStore) -> None:
    one, _ = two_stories()
    await show(store, *one.steps)
    following = MemoryFollowing(store)
    moment = one.steps[2].fact.occurred_at

    assert await following.since(moment) == Position({0: 2})
    assert await following.since(START + timedelta(days=1)) == await following.position()


@pytest.mark.parametrize("text", ["sec_since_v0_lt=60", "limit=3", "sortkey=eventid", "reverse=1"])
def test_criteria_that_only_lists_can_meet_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be followed|in their own order"):
        followable(from_text(text))
