"""What is told of a source is on the log once, whatever crashes in between."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from llama.adapters.memory.sources import MemorySourceBook
from llama.domain.errors import Unavailable
from llama.domain.sources.urls import read_source
from llama.ports.message_log import MessageLog, Record
from llama.ports.sources import Haul
from llama.runtime.vitals import Vitals
from llama.runtime.watching_sources import KEEP_EVERY, Watch
from schemas.base import Message
from schemas.sources import SourceReport
from schemas.topics import SOURCES_TOPIC, Topic
from tests.support.memory_system import MemorySystem, SetClock
from tests.unit.services.failing import FailingLog

SOURCE = read_source("kafka://gcn/igwn.gwalert,gcn.heartbeat?name=gcn")


class Dying(FailingLog):
    """A log at whose appends the process ends."""

    async def append(self, topic: Topic, messages: Sequence[Message]) -> Sequence[Record]:
        self.attempts += 1
        raise ProcessEnds


class ProcessEnds(BaseException):
    pass


def a_watch(system: MemorySystem, log: MessageLog | None = None) -> Watch:
    return Watch(SOURCE, log or system.records, MemorySourceBook(system.store), system.clock)


def a_system() -> tuple[MemorySystem, SetClock]:
    clock = SetClock()
    return MemorySystem.of("alert -> skymap", clock=clock), clock


def kinds(system: MemorySystem) -> list[str]:
    records = system.records.partition(SOURCES_TOPIC.name, 0)
    found = [SourceReport.model_validate_json(record.value or b"").root for record in records]
    return [f"{one.kind} {one.why}" for one in found]


async def test_a_restart_is_told_and_closed() -> None:
    system, clock = a_system()
    before = a_watch(system)
    await before.begin()
    await before.take(Haul(beat=clock.now()))
    clock.advance(timedelta(minutes=9))

    after = a_watch(system)
    await after.begin()
    await after.take(Haul(beat=clock.now()))
    await system.follow("projection")

    assert kinds(system) == ["SourceBlind restart", "SourceCaughtUp restart"]
    [gap] = await MemorySourceBook(system.store).gaps(limit=9)
    assert gap.until is not None
    assert gap.until - gap.since == timedelta(minutes=9)
    assert gap.caught_up_at == clock.now()


async def test_what_could_not_be_told_before_a_crash_is_told_by_the_next() -> None:
    system, clock = a_system()
    watch = a_watch(system, Dying(system.records))
    await watch.begin()
    await watch.take(Haul(beat=clock.now()))
    clock.advance(timedelta(minutes=2))
    with pytest.raises(ProcessEnds):
        await watch.take(Haul())
    assert kinds(system) == []

    await a_watch(system).begin()

    assert kinds(system) == ["SourceBlind silence"]


async def test_our_own_log_being_away_is_waited_for() -> None:
    system, _ = a_system()
    log = FailingLog(system.records, failures=2)
    watch = a_watch(system, log)
    await watch.begin()

    await watch.fail("nobody there")

    assert kinds(system) == ["SourceBlind connection"]


async def test_how_it_stands_is_kept_now_and_then_and_changes_at_once() -> None:
    system, clock = a_system()
    book, watch = MemorySourceBook(system.store), a_watch(system)
    await watch.begin()
    await watch.take(Haul(beat=clock.now()))
    clock.advance(KEEP_EVERY / 2)
    await watch.take(Haul(beat=clock.now(), lag=5))
    soon = await book.standing("gcn")
    await watch.take(Haul(beat=clock.now(), lag=5, complaint="no such topic"))
    changed = await book.standing("gcn")
    clock.advance(KEEP_EVERY)
    await watch.take(Haul(beat=clock.now(), lag=6, complaint="no such topic"))
    later = await book.standing("gcn")

    assert [one.lag for one in (soon, changed, later) if one] == [0, 5, 6]


async def test_a_failure_before_anything_was_read_is_kept_too() -> None:
    system, _ = a_system()

    await a_watch(system).fail("nobody there")

    standing = await MemorySourceBook(system.store).standing("gcn")
    assert standing is not None
    assert standing.error == "nobody there"


async def test_an_unavailable_book_is_no_reason_to_stop() -> None:
    system, _ = a_system()
    book = AwayBook(system.store)
    watch = a_watch(system)
    watch.book = book

    await watch.begin()

    assert book.asked == ["gcn", "gcn"]


class AwayBook(MemorySourceBook):
    def __init__(self, store: object) -> None:
        object.__setattr__(self, "store", store)
        object.__setattr__(self, "asked", [])

    asked: list[str]

    async def standing(self, source: str) -> None:
        self.asked.append(source)
        if len(self.asked) == 1:
            raise Unavailable("the database is away")


async def test_a_source_that_is_not_heard_makes_its_reader_unready_until_it_is() -> None:
    system, clock = a_system()
    vitals = Vitals(["trigger_ingest"], clock=lambda: 0.0, most_lag=10)
    vitals.begun("trigger_ingest")
    onlooker = vitals.loop("trigger_ingest", name="consuming", within_s=None)
    book = MemorySourceBook(system.store)
    watch = Watch(SOURCE, system.records, book, clock, onlooker)

    await watch.take(Haul(beat=clock.now()))
    heard = vitals.ready()
    await watch.fail("it does not answer")
    blind = vitals.ready()
    await watch.take(Haul(beat=clock.now(), lag=11))
    behind = vitals.ready()
    await watch.take(Haul(beat=clock.now()))

    assert heard.is_good
    assert [check.name for check in blind.failing] == ["servers"]
    assert "hearing gcn" in blind.failing[0].reason
    assert "lag" in {check.name for check in behind.failing}
    assert vitals.ready().is_good
    assert vitals.silences() == {}
