"""The book of sources, in memory and in every PostgreSQL."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from llama.adapters.memory.census import MemoryCensus
from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.outbox import MemoryOutbox
from llama.adapters.memory.sources import MemorySourceBook
from llama.adapters.memory.store import MemoryStore
from llama.adapters.postgres import (
    Database,
    PostgresCensus,
    PostgresLedger,
    PostgresSourceBook,
    connect,
)
from llama.adapters.system_clock import SystemClock
from llama.domain.sources.copying import reader_of
from llama.domain.sources.watching import Heard, begun, failed, hauled, told
from llama.ports.census import Census
from llama.ports.ledger import Ledger
from llama.ports.projections import Receipt
from llama.ports.sources import SourceBook
from schemas.facts import Origin, Source
from schemas.sources import SourceBlind, SourceCaughtUp, SourceStanding
from tests.support.postgres import Databases

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOURCE = "kafka://kafka.example"


@dataclass(frozen=True, slots=True)
class Books:
    book: SourceBook
    ledger: Ledger
    census: Census
    database: Database | None

    async def show(self, *messages: SourceBlind | SourceCaughtUp) -> None:
        async with self.ledger.transaction("projection") as transaction:
            await transaction.views.record_gaps(messages)


@pytest.fixture
async def books(databases_or_memory: Databases | None) -> AsyncGenerator[Books]:
    if databases_or_memory is None:
        store = MemoryStore(SystemClock())
        census = MemoryCensus(store, MemoryOutbox(store.clock))
        yield Books(MemorySourceBook(store), MemoryLedger(store), census, None)
        return
    async with databases_or_memory.fresh() as dsn, await connect(dsn) as database:
        census = PostgresCensus(database)
        yield Books(PostgresSourceBook(database), PostgresLedger(database), census, database)


def broken(minute: int = 0, name: str = SOURCE) -> SourceStanding:
    at = NOON + timedelta(minutes=minute)
    first = begun(None, name, silence=None, now=at)
    return failed(hauled(first, Heard(), silence=None, now=at), "nobody there", now=at)


def mended(before: SourceStanding, minute: int) -> SourceStanding:
    at = NOON + timedelta(minutes=minute)
    return hauled(told(before), Heard(records=2), silence=None, now=at)


async def test_a_source_that_was_never_read_has_neither_places_nor_standing(books: Books) -> None:
    assert await books.book.places(SOURCE) == {}
    assert await books.book.standing(SOURCE) is None
    assert list(await books.book.seen()) == []


async def test_places_are_those_of_the_source_alone(books: Books) -> None:
    for name, end in ((SOURCE, 7), ("other", 9)):
        async with books.ledger.transaction(reader_of(name)) as transaction:
            await transaction.advance("igwn.gwalert", 0, expected=0, to=end)
            await transaction.advance("ä b.json", 2, expected=0, to=1)

    assert await books.book.places(SOURCE) == {("igwn.gwalert", 0): 7, ("ä b.json", 2): 1}


async def test_a_standing_is_read_back_as_it_was_kept(books: Books) -> None:
    await books.book.keep(mended(broken(), 1))
    await books.book.keep(broken())

    assert await books.book.standing(SOURCE) == broken()
    [seen] = await books.book.seen()
    assert seen.standing == broken()


async def test_sources_are_listed_by_name(books: Books) -> None:
    for name in ("b", "a", "B"):
        await books.book.keep(broken(name=name))

    assert [one.standing.source for one in await books.book.seen()] == ["B", "a", "b"]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("turned", [True, False])
async def test_a_gap_is_what_its_messages_tell_in_any_order(
    books: Books, *, together: bool, turned: bool
) -> None:
    blind = broken()
    messages = [*blind.owed, *mended(blind, 5).owed, *mended(blind, 9).owed[:0], *blind.owed]
    messages = messages[::-1] if turned else messages

    for some in [messages] if together else [[one] for one in messages]:
        await books.show(*some)

    [gap] = await books.book.gaps(limit=9)
    assert (gap.since, gap.until) == (NOON, NOON + timedelta(minutes=5))
    assert (gap.caught_up_at, gap.records, gap.detail) == (gap.until, 2, "nobody there")


async def test_of_two_endings_of_a_gap_the_first_counts(books: Books) -> None:
    for minute in (5, 9):
        await books.show(*mended(broken(), minute).owed)

    [gap] = await books.book.gaps(limit=9)
    assert gap.until == NOON + timedelta(minutes=5)


async def test_the_latest_gaps_come_first(books: Books) -> None:
    for minute in (1, 3, 2):
        await books.show(*broken(minute).owed)

    gaps = await books.book.gaps(limit=2)

    assert [gap.since.minute for gap in gaps] == [3, 2]


async def test_a_receipt_keeps_where_the_copy_came_from(books: Books) -> None:
    origin = Origin(source=SOURCE, topic="igwn.gwalert", partition=1, offset=17, at=NOON)
    source = Source(topic="igwn.gwalert", partition=0, offset=3, origin=origin)
    async with books.ledger.transaction("trigger_ingest") as transaction:
        await transaction.give_receipts([Receipt(source, "S1", None, None, 0, 0)])

    if books.database is not None:
        async with books.database.session() as session:
            [row] = await session.run("select origin from receipts")
        assert Origin.model_validate_json(row["origin"]) == origin


async def test_whoever_counts_everything_is_told_how_sources_stand(books: Books) -> None:
    await books.book.keep(broken(name="b"))
    await books.book.keep(broken(name="a"))

    counts = await books.census.take()

    assert list(counts.sources) == list(await books.book.seen())
    assert [one.standing.source for one in counts.sources] == ["a", "b"]
