"""A source is copied to our own log: acknowledged first, then the position, and siblings go on."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import ClassVar

import pytest

from llama.adapters.memory.sources import MemorySource, MemorySourceBook
from llama.domain.errors import Unavailable
from llama.domain.sources.copying import LARGEST_RECORD, Arrival, origin_in
from llama.domain.sources.kinds import AlertSource
from llama.domain.sources.urls import read_source
from llama.ports.message_log import MessageLog, Record
from llama.ports.sources import Feed, Places
from llama.runtime import bringing
from llama.runtime.bringing import Bringer
from llama.runtime.watching_sources import Watch
from schemas.topics import ALERTS_TOPIC, INTAKE_TOPIC, Topic
from tests.support.memory_system import MemorySystem, until
from tests.support.notices import a_notice
from tests.unit.services.failing import FailingLedger, FailingLog

GCN = read_source("kafka://gcn/igwn.gwalert")
SCIMMA = read_source("kafka://scimma/igwn.gwalert")


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringing, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(bringing, "LONGEST_PAUSE_S", 0.002)


def a_system() -> MemorySystem:
    return MemorySystem.of("alert -> skymap")


def a_bringer(
    system: MemorySystem,
    source: MemorySource,
    named: AlertSource = GCN,
    log: MessageLog | None = None,
) -> Bringer:
    book = MemorySourceBook(system.store)
    watch = Watch(named, system.records, book, system.clock)
    log = log or system.log
    return Bringer(named, source.open, log, system.ledger, book, system.clock, watch, 0.001)


@asynccontextmanager
async def bringing_from(*bringers: Bringer) -> AsyncGenerator[None]:
    """Let some sources be read as long as the block lasts."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one.bring()) for one in bringers]
        yield
        for task in tasks:
            task.cancel()


def copied(system: MemorySystem, topic: Topic = ALERTS_TOPIC) -> list[Record]:
    return system.records.partition(topic.name, 0)


async def test_records_are_copied_unchanged_and_tell_where_they_were() -> None:
    system, source = a_system(), MemorySource()
    source.put("igwn.gwalert", b"\x00\xff", _test=b"true")
    source.put("gcn.circulars", b"{}")
    source.is_over = True

    await a_bringer(system, source).bring()

    [alert], [other] = copied(system), copied(system, INTAKE_TOPIC)
    assert (alert.value, dict(alert.headers)["_test"], other.value) == (b"\x00\xff", b"true", b"{}")
    origins = [origin_in(one.headers) for one in (alert, other)]
    assert [(one.source, one.topic, one.offset) for one in origins if one] == [
        ("kafka://gcn", "igwn.gwalert", 0),
        ("kafka://gcn", "gcn.circulars", 0),
    ]


async def test_what_was_copied_is_not_copied_again_by_the_next_process() -> None:
    system, source = a_system(), MemorySource(is_over=True)

    for number in range(3):
        source.put("igwn.gwalert", f"{number}".encode())
        await a_bringer(system, source).bring()

    assert [one.value for one in copied(system)] == [b"0", b"1", b"2"]
    assert system.store.offsets["source:kafka://gcn", "igwn.gwalert", 0] == 3


async def test_a_crash_before_the_position_moves_repeats_a_copy_and_loses_none() -> None:
    system, source = a_system(), MemorySource(is_over=True)
    source.put("igwn.gwalert", a_notice())
    dying = a_bringer(system, source)
    dying.ledger = FailingLedger(system.ledger, failures=9**9)

    async with bringing_from(dying):
        await until(lambda: len(copied(system)) == 1, "it was acknowledged")
    await a_bringer(system, source).bring()
    await system.follow("trigger_ingest", "dependency_resolver", "projection")

    assert [one.value for one in copied(system)] == [a_notice(), a_notice()]
    [event] = await system.models.events(limit=9)
    facts = await system.models.facts(event.event)
    assert [one.outcome for one in facts if one.kind == "TriggerReceived"] == [
        "applied",
        "redundant",
    ]


async def test_our_own_log_being_away_is_waited_for() -> None:
    system, source = a_system(), MemorySource(is_over=True)
    source.put("igwn.gwalert", b"a")
    log = AwayForAWhile(system.records)

    await a_bringer(system, source, log=log).bring()

    assert [one.value for one in copied(system)] == [b"a"]
    assert source.opened == 1


class AwayForAWhile(FailingLog):
    async def append_raw(self, topic: Topic, value: bytes, **more: object) -> Record:
        self.attempts += 1
        if self.attempts <= self.failures:
            raise Unavailable("the log is away")
        return await self.log.append_raw(topic, value, headers={})


async def test_one_notice_from_two_sources_is_one_notice_with_two_receipts() -> None:
    system, gcn, scimma = a_system(), MemorySource(is_over=True), MemorySource(is_over=True)
    for source in (gcn, scimma):
        source.put("igwn.gwalert", a_notice())

    await a_bringer(system, gcn).bring()
    await a_bringer(system, scimma, SCIMMA).bring()
    await system.follow("trigger_ingest", "projection")

    receipts = list(system.store.receipts.values())
    origins = [one.source.origin.source for one in receipts if one.source.origin]
    assert sorted(origins) == ["kafka://gcn", "kafka://scimma"]
    assert len({one.event for one in receipts}) == 1
    assert len({fact.notice for fact in system.facts() if fact.kind == "TriggerReceived"}) == 1


async def test_a_source_that_fails_does_not_hold_up_its_siblings() -> None:
    system, away, good = a_system(), MemorySource(is_away=True), MemorySource()
    good.put("igwn.gwalert", b"good")
    away.put("igwn.gwalert", b"late")

    async with bringing_from(a_bringer(system, away), a_bringer(system, good, SCIMMA)):
        await until(lambda: len(copied(system)) == 1 and away.opened > 2, "its sibling came")
        away.is_away = False
        await until(lambda: len(copied(system)) == 2, "it came, too")

    assert [one.value for one in copied(system)] == [b"good", b"late"]


async def test_a_source_that_breaks_in_an_unknown_way_is_tried_again() -> None:
    system, source = a_system(), MemorySource()
    source.put("igwn.gwalert", b"a")
    bringer = a_bringer(system, source)
    bringer.open = lambda places: source.open(places) if source.opened else breaking(source)

    async with bringing_from(bringer):
        await until(lambda: len(copied(system)) == 1, "it was tried again")

    assert source.opened == 2


def breaking(source: MemorySource) -> AbstractAsyncContextManager[Feed]:
    source.opened += 1
    raise ZeroDivisionError


async def test_a_second_reader_of_a_source_is_fenced_and_goes_on_from_where_the_first_is() -> None:
    system, source = a_system(), MemorySource()

    stale = a_bringer(system, source)
    stale.book = Forgetful(system.store)
    source.put("igwn.gwalert", b"0")
    async with bringing_from(a_bringer(system, source)):
        await until(lambda: position(system) == 1, "the first has read it")

    async with bringing_from(stale):
        await until(lambda: source.opened == 3, "the second was fenced, and asked where it is")
        source.put("igwn.gwalert", b"1")
        await until(lambda: position(system) == 2, "it goes on from there")

    assert [one.value for one in copied(system)] == [b"0", b"0", b"1"]


def position(system: MemorySystem) -> int:
    return system.store.offsets.get(("source:kafka://gcn", "igwn.gwalert", 0), 0)


class Forgetful(MemorySourceBook):
    """A book that shows, once, what stood there before."""

    asked: ClassVar[list[str]] = []

    async def places(self, source: str) -> Places:
        self.asked.append(source)
        return {} if len(self.asked) == 1 else await MemorySourceBook.places(self, source)


async def test_what_is_too_large_is_a_dead_letter_and_holds_nothing_up() -> None:
    system, source = a_system(), MemorySource(is_over=True)
    large = Arrival("igwn.gwalert", 0, 0, None, LARGEST_RECORD + 1)
    source.partitions["igwn.gwalert"] = [large]
    source.put("igwn.gwalert", b"next")

    await a_bringer(system, source).bring()
    await system.follow("projection")

    assert [one.value for one in copied(system)] == [b"next"]
    [letter] = await system.models.dead_letters(limit=9)
    assert (letter.letter.reason, letter.letter.size) == ("too_large", LARGEST_RECORD + 1)


async def test_records_that_expired_before_they_were_read_are_told_once() -> None:
    system, source = a_system(), MemorySource(is_over=True)
    for number in range(5):
        source.put("igwn.gwalert", f"{number}".encode())
    source.kept_from = 3

    for _ in range(2):
        await a_bringer(system, source).bring()
    await system.follow("projection")

    assert [one.value for one in copied(system)] == [b"3", b"4"]
    [gap] = await MemorySourceBook(system.store).gaps(limit=9)
    assert (gap.why, gap.detail[:14]) == ("lost", "3 records were")


async def test_two_systems_that_read_each_other_do_not_go_round_for_ever() -> None:
    system, source = a_system(), MemorySource()
    source.put("igwn.gwalert", b"a")
    bringer = a_bringer(system, source)
    bringer.log = Echo(system.records, source)

    async with bringing_from(bringer):
        await until(lambda: len(source.partitions["igwn.gwalert"]) == 9, "eight copies came back")
        source.put("igwn.gwalert", b"b")
        await until(lambda: copied(system)[-1].value == b"b", "it goes on")

    assert [one.value for one in copied(system)].count(b"a") == 8


class Echo(FailingLog):
    """A log that another system copies to the source."""

    def __init__(self, log: MessageLog, source: MemorySource) -> None:
        super().__init__(log)
        self.source = source

    async def append_raw(self, topic: Topic, value: bytes, **more: object) -> Record:
        headers = more["headers"]
        assert isinstance(headers, dict)
        record = await self.log.append_raw(topic, value, headers=headers)
        if value == b"a":
            self.source.put(topic.name, value, **headers)
        return record
