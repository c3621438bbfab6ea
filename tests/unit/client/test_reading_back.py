"""Reading one's writes: waiting ends when the tables show what was written, and not before."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from llama.adapters.memory.following import MemoryFollowing
from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.store import MemoryStore
from llama.adapters.system_clock import SystemClock
from llama.client.reading_back import shown, shown_somewhere, wait
from llama.domain.errors import LlamaError, Misconfigured, NoPosition, Unavailable
from llama.domain.position import Position
from llama.domain.work import Step
from llama.ports.following import Following
from tests.support.facts import Story


async def show(store: MemoryStore, *steps: Step) -> None:
    async with MemoryLedger(store).transaction("projection") as transaction:
        await transaction.views.record(steps)


async def test_what_is_shown_already_is_not_waited_for() -> None:
    store, story = MemoryStore(SystemClock()), Story(partition=3)
    await show(store, *story.steps)

    await shown(MemoryFollowing(store), Position.of("3:1"))


async def test_waiting_ends_when_it_is_shown() -> None:
    store, story = MemoryStore(SystemClock()), Story(partition=3)
    story.notice()
    await show(store, story.steps[0])
    waiting = asyncio.ensure_future(shown(MemoryFollowing(store), Position.of("3:2")))
    await asyncio.sleep(0)
    assert not waiting.done()

    await show(store, story.steps[1])

    await waiting


async def test_a_position_that_is_none_is_refused() -> None:
    with pytest.raises(NoPosition):
        await wait("here", timeout=1)


class Away(MemoryFollowing):
    """Tables whose server goes away when they are asked."""

    async def position(self) -> Position:
        raise Unavailable("PostgreSQL went away")


def opening(*found: Following | LlamaError) -> Callable[[], AbstractAsyncContextManager[Following]]:
    """Each opening meets the next of these."""
    following = iter(found)

    @asynccontextmanager
    async def opened() -> AsyncGenerator[Following]:
        one = next(following)
        if isinstance(one, LlamaError):
            raise one
        yield one

    return opened


async def test_tables_that_come_back_elsewhere_are_asked_there() -> None:
    store, story = MemoryStore(SystemClock()), Story(partition=3)
    await show(store, *story.steps)
    away = (Misconfigured("nothing runs"), Unavailable("no PostgreSQL"))
    there = opening(Away(store), *away, Away(store), MemoryFollowing(store))

    await shown_somewhere(there, Position.of("3:1"), again_after_s=0)


async def test_tables_that_are_away_at_the_beginning_are_told() -> None:
    there = opening(Unavailable("no PostgreSQL"), MemoryFollowing(MemoryStore(SystemClock())))

    with pytest.raises(Unavailable, match="no PostgreSQL"):
        await shown_somewhere(there, Position.of("3:1"), again_after_s=0)
