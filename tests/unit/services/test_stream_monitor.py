"""The stream monitor counts each record once, and notices what it was not given."""

from datetime import UTC, datetime, timedelta
from itertools import chain
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llama.adapters.memory.boards import MemoryBoards
from llama.adapters.memory.log import MemoryLog
from llama.adapters.memory.telemetry import MemoryTelemetry
from llama.domain.errors import RecordsSkipped
from llama.domain.monitoring import Measure, hopping
from llama.ports.message_log import Record
from llama.runtime.unwatched import UNWATCHED
from schemas.base import Message
from schemas.envelope import body_of
from schemas.examples import EXAMPLES
from schemas.external_triggers import ExternalTriggerReceived
from schemas.neutrinos import NeutrinoReceived
from schemas.topics import EXTERNAL_TRIGGERS_TOPIC, FACTS_TOPIC, NEUTRINOS_TOPIC
from services.stream_monitor import CONSUMES
from services.stream_monitor.reactions import Monitor
from services.stream_monitor.showing import MOST_LOOKS, Showing
from tests.support.facts import START, Story, a_trigger
from tests.unit.gateway.scene import SetClock

NOW = START + timedelta(minutes=30)


def a_monitor() -> Monitor:
    return Monitor(hopping(60), frozenset({"plot"}))


def records_of(partition: int, *facts: Message, topic: str = FACTS_TOPIC.name) -> list[Record]:
    return [
        Record(topic, partition, offset, None, body_of(fact)) for offset, fact in enumerate(facts)
    ]


def three_partitions() -> list[list[Record]]:
    found: list[list[Record]] = []
    for number in range(3):
        story = Story(event=f"S23091{number}a")
        notice = story.notice(content=f"{number}").fact
        skymap = story.make("skymap").fact.model_copy(update={"cause": notice.id})
        plot = story.make("plot").fact.model_copy(update={"cause": skymap.id})
        found.append(records_of(number, notice, skymap, notice, plot))
    return found


def mixed(partitions: list[list[Record]], chance: Random) -> list[Record]:
    """Mix partitions, each in its order."""
    waiting = [list(one) for one in partitions]
    order = list(chain.from_iterable([n] * len(one) for n, one in enumerate(partitions)))
    return [waiting[number].pop(0) for number in chance.sample(order, len(order))]


@given(st.randoms(use_true_random=False))
def test_however_the_partitions_are_mixed_the_board_is_the_same(chance: Random) -> None:
    partitions = three_partitions()
    ours, other = a_monitor(), a_monitor()

    for record in chain.from_iterable(partitions):
        ours.see(record)
    for record in mixed(partitions, chance):
        other.see(record)

    assert other.board(NOW, behind=0) == ours.board(NOW, behind=0)


def test_a_record_that_comes_again_counts_once() -> None:
    [records, *_] = three_partitions()
    once, again = a_monitor(), a_monitor()

    for record in records:
        once.see(record)
    for record in (*records, *records[1:]):
        again.see(record)

    assert again.board(NOW, behind=0) == once.board(NOW, behind=0)


def test_a_record_that_was_left_out_is_noticed() -> None:
    [[first, _, third, *_], *_] = three_partitions()
    monitor = a_monitor()
    monitor.see(first)

    with pytest.raises(RecordsSkipped, match=r"went on at 2, and 1 was next"):
        monitor.see(third)


def test_a_record_that_cannot_be_read_is_passed_over() -> None:
    [records, *_] = three_partitions()
    monitor = a_monitor()

    monitor.see(Record(FACTS_TOPIC.name, 5, 0, None, b"{}"))
    monitor.see(records[0])

    assert monitor.stands == {(FACTS_TOPIC.name, 5): 1, (FACTS_TOPIC.name, 0): 1}
    assert monitor.board(NOW, behind=0).closed != ()


def test_neutrinos_and_other_observatories_are_kinds_of_alerts() -> None:
    monitor, now = a_monitor(), datetime(2026, 11, 22, 12, tzinfo=UTC)
    for kind, topic in (
        (NeutrinoReceived, NEUTRINOS_TOPIC),
        (ExternalTriggerReceived, EXTERNAL_TRIGGERS_TOPIC),
    ):
        example = an_example(kind).model_copy(update={"occurred_at": now})
        for record in records_of(0, example, example, topic=topic.name):
            monitor.see(record)

    figures = monitor.board(now, behind=0).running.figures

    assert {(one.measure, one.name, one.count) for one in figures} == {
        (Measure.ALERT, "neutrino", 1),
        (Measure.ALERT, "external_trigger", 1),
    }


def an_example(kind: type[Message]) -> Message:
    return next(one for one in EXAMPLES if isinstance(one, kind))


async def test_the_board_is_written_when_there_is_something_new_on_it() -> None:
    log, boards, clock = MemoryLog(), MemoryBoards(), SetClock(NOW)
    monitor, telemetry = a_monitor(), MemoryTelemetry()
    showing = Showing(monitor, CONSUMES, log, boards, clock, telemetry, UNWATCHED)
    [record] = await log.append(FACTS_TOPIC, [a_trigger(created=NOW)])

    await showing.once()
    first = await boards.latest()
    clock.moment += timedelta(milliseconds=1)
    await showing.once()
    same = await boards.latest()
    monitor.see(record)
    await showing.once()
    counted = await boards.latest()

    assert first is not None
    assert counted is not None
    assert (first.behind, same, counted.behind) == (1, first, 0)
    assert telemetry.lag_of[FACTS_TOPIC.name, record.partition] == 0
    assert telemetry.tally is not None


async def test_a_monitor_to_which_nothing_comes_any_more_is_noticed() -> None:
    log, monitor = MemoryLog(), a_monitor()
    showing = Showing(
        *(monitor, CONSUMES, log, MemoryBoards()),
        *(SetClock(NOW), MemoryTelemetry(), UNWATCHED),
    )
    first, _ = await log.append(FACTS_TOPIC, [a_trigger(), a_trigger(content="another")])
    for _ in range(MOST_LOOKS):
        await showing.once()
    monitor.see(first)
    for _ in range(MOST_LOOKS + 1):
        await showing.once()

    with pytest.raises(RecordsSkipped, match=r"1 records are to be read and none has come"):
        await showing.once()


async def test_where_there_is_nothing_to_read_nobody_is_impatient() -> None:
    log, boards = MemoryLog(), MemoryBoards()
    showing = Showing(
        *(a_monitor(), CONSUMES, log, boards), *(SetClock(NOW), MemoryTelemetry(), UNWATCHED)
    )

    for _ in range(2 * MOST_LOOKS):
        await showing.once()

    assert boards.board is not None
    assert showing.looks == 0
