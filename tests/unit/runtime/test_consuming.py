"""The consumer's loop: batch in, effects out, offset forward; again after any failure."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from llama.domain.errors import Fenced, Misconfigured, Unavailable
from llama.ports.message_log import Batch, Haul, Record, Subscription
from llama.runtime.consuming import consume
from llama.runtime.vitals import Vitals
from tests.support.memory_system import until


def a_batch(offset: int) -> Batch:
    return Batch("t", 0, offset, (Record("t", 0, offset, None, b"%d" % offset),))


@dataclass(slots=True)
class Diary:
    """A subscription to four batches that writes down what is done with them."""

    done: list[str] = field(default_factory=list[str])
    errors: dict[int, list[Exception]] = field(default_factory=dict[int, list[Exception]])
    """What goes wrong with a batch, by its offset, before it has its effects."""
    openings: list[Exception] = field(default_factory=list[Exception])
    stand: int = 0

    @asynccontextmanager
    async def subscribe(self) -> AsyncGenerator[Subscription]:
        if self.openings:
            raise self.openings.pop(0)
        self.done.append("open")
        yield self
        raise AssertionError("a subscription has no end of its own")

    async def hauls(self) -> AsyncIterator[Haul]:
        for offset in range(self.stand, 4):
            yield [a_batch(offset)]
        await asyncio.Event().wait()

    async def confirm(self, haul: Haul) -> None:
        [batch] = haul
        self.done.append(f"confirm {batch.start}")

    async def handle(self, haul: Haul) -> None:
        [batch] = haul
        if self.errors.get(batch.start):
            raise self.errors[batch.start].pop(0)
        self.done.append(f"handle {batch.start}")
        self.stand = batch.end


@asynccontextmanager
async def consuming(diary: Diary, *, to: int = 3) -> AsyncGenerator[None]:
    """Consume until a batch is confirmed."""
    async with asyncio.TaskGroup() as group:
        life = group.create_task(
            consume(diary.subscribe, diary.handle, on_start=lambda: diary.done.append("start"))
        )
        await until(lambda: life.done() or f"confirm {to}" in diary.done, f"{to} is confirmed")
        yield
        life.cancel()


async def test_a_batch_is_confirmed_after_its_effects() -> None:
    diary = Diary()

    async with consuming(diary):
        pass

    steps = [step for offset in range(4) for step in (f"handle {offset}", f"confirm {offset}")]
    assert diary.done == ["open", "start", *steps]


async def test_a_batch_is_repeated_until_its_effects_are_done() -> None:
    diary = Diary(errors={1: [Unavailable("the database is away")] * 2})

    async with consuming(diary):
        pass

    assert diary.done.count("open") == 1
    assert [step for step in diary.done if step.startswith("handle")] == [
        *("handle 0", "handle 1", "handle 2", "handle 3")
    ]


async def test_a_lost_race_is_started_over_where_the_winner_has_come_to() -> None:
    diary = Diary(errors={1: [Fenced("another instance has read on")]})

    async with consuming(diary):
        pass

    assert diary.done[:5] == ["open", "start", "handle 0", "confirm 0", "open"]
    assert diary.done[5:7] == ["start", "handle 1"]


async def test_a_race_that_is_lost_while_the_database_comes_back_is_started_over() -> None:
    diary = Diary(errors={2: [Unavailable("away"), Fenced("it was done after all")]})

    async with consuming(diary):
        pass

    assert diary.done.count("open") == 2
    assert diary.done.count("handle 2") == 1


async def test_who_watches_is_told_while_a_batch_waits_for_a_server() -> None:
    diary = Diary(errors={1: [Unavailable("the database is away")] * 2})
    vitals = Vitals(["tests"], clock=lambda: 0.0)
    vitals.begun("tests")
    seen: list[list[str]] = []

    async def handle(haul: Haul) -> None:
        seen.append([check.reason for check in vitals.ready().failing])
        await diary.handle(haul)

    watch = vitals.loop("tests", name="consuming", within_s=60)
    async with asyncio.TaskGroup() as group:
        life = group.create_task(consume(diary.subscribe, handle, watch=watch))
        await until(lambda: "confirm 3" in diary.done, "all is confirmed")
        life.cancel()

    away = ["handling t[0] for 0 s: the database is away"]
    assert seen == [[], [], away, away, [], []]
    assert vitals.ready().is_good


async def test_a_log_that_is_away_is_waited_for() -> None:
    diary = Diary(openings=[Unavailable("no Kafka"), Fenced("not yet")])

    async with consuming(diary):
        pass

    assert diary.done[:2] == ["open", "start"]


async def test_what_nobody_can_mend_ends_the_loop() -> None:
    diary = Diary(errors={1: [Misconfigured("no such topic")]})

    with pytest.raises(ExceptionGroup) as raised:
        async with consuming(diary):
            pass

    assert raised.group_contains(Misconfigured)
    assert diary.done[-1] == "confirm 0"
