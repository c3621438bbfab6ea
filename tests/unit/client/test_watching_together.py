"""Many who follow together: one look at the tables serves all, and nobody waits for the slowest."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field

import pytest

from llama.adapters.memory.following import MemoryFollowing
from llama.adapters.memory.store import MemoryStore
from llama.adapters.system_clock import SystemClock
from llama.client.recent import Consequence, Recent
from llama.client.watching import Followed, Watching
from llama.domain.position import Position
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.text import from_text
from llama.domain.work import Step
from llama.ports.following import Following, ShownFact
from schemas.facts import Fact
from tests.support.facts import Story
from tests.unit.client.test_watching import show, take, told

ALL = Downselection()
FOLLOWERS = 50


@dataclass(slots=True)
class CountedFollowing:
    """Follows what another one follows, and counts the looks at what comes next."""

    following: Following
    looks: list[Position] = field(default_factory=list[Position])

    @property
    def heard(self) -> int:
        return self.following.heard

    async def wait(self, *, seen: int, timeout_s: float) -> None:
        await self.following.wait(seen=seen, timeout_s=timeout_s)

    async def position(self) -> Position:
        return await self.following.position()

    async def after(self, position: Position, *, limit: int) -> Sequence[ShownFact]:
        self.looks.append(position)
        return await self.following.after(position, limit=limit)

    async def before(self, event: str, sequence: int) -> Sequence[Fact]:
        return await self.following.before(event, sequence)

    async def since(self, moment: object) -> Position:
        raise NotImplementedError


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(SystemClock())


@pytest.fixture
def counted(store: MemoryStore) -> CountedFollowing:
    return CountedFollowing(MemoryFollowing(store))


def a_story(number: int, *, results: int = 0) -> Story:
    story = Story(event=f"S{number}", partition=number)
    story.notice()
    story.settle()
    for result in range(results):
        story.make_again("plot", f"plot {result}")
    return story


async def opened(
    stack: AsyncExitStack, watching: Watching, at: Position, count: int = 1
) -> list[AsyncGenerator[Followed]]:
    """Let some begin to follow, and wait until each has looked once."""
    streams = [watching.changes(at, ALL, idle_s=60) for _ in range(count)]
    return [await stack.enter_async_context(aclosing(stream)) for stream in streams]


async def taken(streams: Sequence[AsyncGenerator[Followed]], count: int) -> list[list[Followed]]:
    return await asyncio.gather(*(take(stream, count) for stream in streams))


async def taken_one_by_one(
    stream: AsyncGenerator[Followed], store: MemoryStore, steps: Sequence[Step]
) -> list[Followed]:
    """Show steps, each when the one before was taken."""
    seen: list[Followed] = []
    for step in steps:
        await show(store, step)
        seen += await take(stream, 1)
    return seen


async def test_one_look_at_each_batch_serves_all(
    store: MemoryStore, counted: CountedFollowing
) -> None:
    story = a_story(0, results=20)
    await show(store, *story.steps[:2])
    watching = Watching(counted)
    async with AsyncExitStack() as stack:
        streams = await opened(stack, watching, Position(), FOLLOWERS)
        await taken(streams, 2)
        before = len(counted.looks)
        for step in story.steps[2:]:
            waiting = asyncio.create_task(taken(streams, 1))
            await show(store, step)
            seen = await waiting
            assert {tuple(told(one)) for one in seen} == {(("S0", step.after.sequence),)}

    batches = len(story.steps) - 2
    assert batches <= len(counted.looks) - before <= 2 * batches


async def test_nobody_waits_for_one_who_is_stuck_and_that_one_misses_nothing(
    store: MemoryStore, counted: CountedFollowing
) -> None:
    story = a_story(0, results=30)
    await show(store, *story.steps[:4])
    watching = Watching(counted, kept=5)
    async with AsyncExitStack() as stack:
        stuck, other = await opened(stack, watching, Position(), 2)
        first = await taken([stuck, other], 4)
        for step in story.steps[4:]:
            await show(store, step)
            await take(other, 1)

        late = await take(stuck, len(story.steps) - 4)

    numbers = [number for _, number in told(first[0] + late)]
    assert numbers == [step.after.sequence for step in story.steps]


async def test_one_who_was_behind_follows_on_with_the_others(
    store: MemoryStore, counted: CountedFollowing
) -> None:
    story = a_story(0, results=40)
    await show(store, *story.steps[:-1])
    watching = Watching(counted, kept=5)
    async with AsyncExitStack() as stack:
        [early] = await opened(stack, watching, Position({0: len(story.steps) - 1}))
        hearing = asyncio.create_task(take(early, 1))
        [late] = await opened(stack, watching, Position())
        await take(late, len(story.steps) - 1)
        before = len(counted.looks)
        last = asyncio.create_task(take(late, 1))
        await show(store, story.steps[-1])

        assert told(await last) == told(await hearing) == [("S0", len(story.steps))]
    assert len(counted.looks) - before <= 2


async def test_who_connects_again_with_a_late_id_needs_no_look_of_its_own(
    store: MemoryStore, counted: CountedFollowing
) -> None:
    story = a_story(0, results=10)
    watching = Watching(counted)
    async with AsyncExitStack() as stack:
        [stream] = await opened(stack, watching, Position())
        seen = await taken_one_by_one(stream, store, story.steps)
        before = len(counted.looks)
        for number, change in enumerate(seen[:-1], 1):
            [again] = await opened(stack, watching, change.position)
            assert told(await take(again, len(seen) - number)) == told(seen[number:])

    assert len(counted.looks) - before <= 1


async def test_from_any_position_the_rest_is_told_once(store: MemoryStore) -> None:
    stories = [a_story(number, results=1) for number in range(2)]
    watching = Watching(MemoryFollowing(store))
    async with AsyncExitStack() as stack:
        [stream] = await opened(stack, watching, Position())
        await taken_one_by_one(stream, store, [*stories[1].steps, *stories[0].steps])
        for one, other in [(one, other) for one in range(6) for other in range(7)]:
            [own] = await opened(stack, watching, Position({0: one, 1: other}))
            rest = told(await take(own, 12 - one - other))
            assert sorted(rest) == sorted(
                [
                    (story.event, step.after.sequence)
                    for story, start in zip(stories, (one, other), strict=True)
                    for step in story.steps[start:]
                ]
            )


async def test_each_has_its_own_criteria(store: MemoryStore) -> None:
    stories = [a_story(number) for number in range(2)]
    watching = Watching(MemoryFollowing(store))
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(
                aclosing(watching.changes(Position(), from_text(f"eventid_filter=S{n}"), idle_s=60))
            )
            for n in range(2)
        ]
        waiting = asyncio.create_task(taken(streams, 4))
        await show(store, *stories[0].steps, *stories[1].steps)
        seen = await waiting

    assert [{event for event, _ in told(one)} for one in seen] == [{"S0"}, {"S1"}]


async def nothing(_fact: ShownFact) -> Consequence:
    return None


async def test_only_so_many_are_kept(store: MemoryStore) -> None:
    story = a_story(0, results=10)
    await show(store, *story.steps)
    recent = Recent(MemoryFollowing(store), nothing, kept=3)
    await recent.begin(Position())
    number = recent.first

    await recent.grow(heard=1, idle_s=60)

    end = number + len(story.steps)
    assert [recent.keeps(one) for one in (end - 4, end - 3)] == [False, True]
    assert [one and one.offset for one in map(recent.get, range(end - 3, end + 1))] == [
        *range(len(story.steps) - 3, len(story.steps)),
        None,
    ]
    assert not recent.reaches(Position({0: len(story.steps) - 4}))
    assert recent.reaches(Position({0: len(story.steps) - 3}))


async def test_what_was_not_heard_of_is_found_after_a_while(
    store: MemoryStore, counted: CountedFollowing
) -> None:
    recent = Recent(counted, nothing)
    await recent.begin(Position())
    for _ in range(2):
        await recent.grow(heard=counted.heard, idle_s=60)
    looks = len(counted.looks)

    await recent.grow(heard=counted.heard, idle_s=0)

    assert (looks, len(counted.looks)) == (1, 2)
