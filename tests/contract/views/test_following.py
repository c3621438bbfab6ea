"""What all streams of shown facts promise: in memory and in PostgreSQL."""

import asyncio
from contextlib import aclosing
from datetime import timedelta

from llama.client.watching import Followed, Watching
from llama.domain.position import Position
from llama.domain.selection.downselection import Downselection
from tests.contract.views.looking_back import following_of, show
from tests.support.facts import START, Story
from tests.support.postgres import Persistence


def a_story(number: int) -> Story:
    story = Story(event=f"S{number}", partition=number)
    story.notice()
    story.settle()
    return story


async def test_everything_shown_comes_in_the_order_of_its_partition(
    persistence: Persistence,
) -> None:
    stories = [a_story(number) for number in range(3)]
    for story in stories:
        await show(persistence, story.steps)

    shown = await following_of(persistence).after(Position(), limit=100)

    assert [(one.partition, one.offset, one.sequence, one.fact) for one in shown] == [
        (step.partition, step.offset, step.after.sequence, step.fact)
        for story in stories
        for step in story.steps
    ]


async def test_what_was_followed_does_not_come_again(persistence: Persistence) -> None:
    stories = [a_story(number) for number in range(2)]
    for story in stories:
        await show(persistence, story.steps)
    following, at, seen = following_of(persistence), Position({0: 1}), list[tuple[int, int]]()

    while shown := await following.after(at, limit=2):
        for one in shown:
            at = at.behind(one.partition, one.offset)
            seen.append((one.partition, one.offset))

    assert sorted(seen) == [(0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2), (1, 3)]
    assert at == await following.position()


async def test_who_waits_is_woken_by_what_is_shown(persistence: Persistence) -> None:
    following = following_of(persistence)
    await following.wait(seen=following.heard - 1, timeout_s=20)
    heard = following.heard
    waiting = asyncio.create_task(following.wait(seen=heard, timeout_s=20))

    await show(persistence, a_story(0).steps)

    await waiting
    assert following.heard > heard
    assert len(await following.after(Position(), limit=9)) == 4


async def test_all_who_follow_together_are_told_the_same(persistence: Persistence) -> None:
    stories = [a_story(number) for number in range(3)]
    watching = Watching(following_of(persistence))

    async def follow() -> list[tuple[str, Followed]]:
        seen: list[tuple[str, Followed]] = []
        async with aclosing(watching.changes(Position(), Downselection(), idle_s=20)) as changes:
            while len(seen) < 12:
                one = await anext(changes)
                seen += [(str(one.position), one)] if one.change else []
        return seen

    following = [asyncio.create_task(follow()) for _ in range(10)]
    for step in (step for story in stories for step in story.steps):
        await show(persistence, [step])
    seen = await asyncio.gather(*following)

    assert all(one == seen[0] for one in seen)
    assert len({position for position, _ in seen[0]}) == 12


async def test_the_facts_before_one_are_the_events_own(persistence: Persistence) -> None:
    one, other = a_story(0), a_story(1)
    await show(persistence, one.steps)
    await show(persistence, other.steps)

    before = await following_of(persistence).before("S0", 3)

    assert list(before) == [step.fact for step in one.steps[:2]]


async def test_a_moment_has_a_position(persistence: Persistence) -> None:
    one, other = a_story(0), Story(event="S1", partition=1, now=START + timedelta(hours=1))
    other.notice()
    for story in (one, other):
        await show(persistence, story.steps)
    following = following_of(persistence)

    assert await following.since(START) == Position({0: 0, 1: 0})
    assert await following.since(one.steps[2].fact.occurred_at) == Position({0: 2, 1: 0})
    assert await following.since(START + timedelta(days=1)) == Position({0: 4, 1: 2})
