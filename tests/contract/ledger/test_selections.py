"""Standing selections and pages of states, in memory and in PostgreSQL."""

import asyncio

import pytest

from llama.adapters.postgres import Database, PostgresLedger, connect
from llama.adapters.postgres.selections import PostgresSelections
from llama.domain.selection.standing import StandingSelection, selection_of
from llama.ports.ledger import Ledger
from schemas.selections import SelectionDefined
from tests.support.facts import START, Story
from tests.support.postgres import Persistence

CONSUMER = "announcing"


def a_selection(name: str, criteria: str = "vetoed=false", *, id_: str = "r1") -> StandingSelection:
    fact = SelectionDefined(
        id=id_, occurred_at=START, name=name, criteria=criteria, by="me", reason="because"
    )
    return selection_of(fact)


async def define(ledger: Ledger, *selections: StandingSelection) -> None:
    async with ledger.transaction(CONSUMER) as transaction:
        for one in selections:
            await transaction.selections.define(one)


async def held(ledger: Ledger) -> list[StandingSelection]:
    async with ledger.transaction(CONSUMER) as transaction:
        return list(await transaction.selections.hold())


async def test_what_was_defined_is_held_by_name(persistence: Persistence) -> None:
    two, one = a_selection("two"), a_selection("One", "fileexists=a.json,far_lt=1e-09")

    await define(persistence.ledger, two, one)

    assert await held(persistence.ledger) == [one, two]


async def test_another_definition_of_the_same_name_takes_its_place(
    persistence: Persistence,
) -> None:
    await define(persistence.ledger, a_selection("one"))
    again = a_selection("one", "manual=true", id_="r2")

    await define(persistence.ledger, again)

    assert await held(persistence.ledger) == [again]


async def test_what_was_removed_is_gone(persistence: Persistence) -> None:
    await define(persistence.ledger, a_selection("one"), a_selection("two"))

    async with persistence.ledger.transaction(CONSUMER) as transaction:
        assert set(await transaction.selections.to_change()) == {"one", "two"}
        await transaction.selections.remove("one")
        await transaction.selections.remove("never")

    assert [one.name for one in await held(persistence.ledger)] == ["two"]


async def test_what_a_failed_transaction_defined_is_not_there(persistence: Persistence) -> None:
    async def fail() -> None:
        async with persistence.ledger.transaction(CONSUMER) as transaction:
            await transaction.selections.define(a_selection("one"))
            raise RuntimeError("the process dies")

    with pytest.raises(RuntimeError, match="dies"):
        await fail()

    assert await held(persistence.ledger) == []


async def test_the_states_of_a_consumer_come_page_by_page(persistence: Persistence) -> None:
    states = [Story(event=f"S{number}").state for number in range(5)]
    async with persistence.ledger.transaction(CONSUMER) as transaction:
        await transaction.save(states[::-1])
    async with persistence.ledger.transaction("another") as transaction:
        await transaction.save(states)

    async with persistence.ledger.transaction(CONSUMER) as transaction:
        pages = [await transaction.states_after(name, limit=2) for name in ("", "S1", "S3", "S4")]

    assert [[one.event for one in page] for page in pages] == [
        ["S0", "S1"],
        ["S2", "S3"],
        ["S4"],
        [],
    ]
    assert pages[0][0] == states[0]


@pytest.fixture
async def database(database_dsn: str) -> Database:
    return await connect(database_dsn)


async def test_who_changes_selections_waits_for_who_holds_them(database: Database) -> None:
    async with database:
        ledger, order = PostgresLedger(database), list[str]()

        async def change() -> None:
            async with ledger.transaction(CONSUMER) as transaction:
                await transaction.selections.to_change()
                order.append("changed")

        async with ledger.transaction(CONSUMER) as transaction:
            await transaction.selections.hold()
            changing = asyncio.ensure_future(change())
            await transaction.states_after("", limit=1)
            order.append("held")
        await changing

        assert order == ["held", "changed"]
        assert await PostgresSelections(database).selections() == []
