"""States are kept packed; what a release before that kept is read as well, and is as equal."""

import asyncpg

from llama.adapters.postgres import PostgresLedger, connect, migrate
from llama.adapters.postgres.migrating import load_migrations
from llama.adapters.postgres.values import state_text
from llama.domain.fold_version import FOLD_VERSION
from tests.support.facts import EVENT, Story
from tests.support.postgres import Databases

CONSUMER = "versioning"
BEFORE = [one for one in load_migrations() if one.number < 22]
KEPT = "select epoch, digest, octet_length(state) as size from states"


def a_story() -> Story:
    story = Story()
    story.notice()
    story.settle()
    return story


async def test_a_state_of_before_is_read_and_found_by_its_epoch(databases: Databases) -> None:
    state = a_story().state
    async with databases.fresh(template="template0") as dsn:
        await migrate(dsn, migrations=BEFORE)
        connection = await asyncpg.connect(dsn)
        await connection.execute(
            "insert into states values ($1, $2, $3, $4, $5)",
            *(CONSUMER, EVENT, state.sequence, state_text(state), FOLD_VERSION),
        )
        await connection.close()

        await migrate(dsn)

        async with await connect(dsn) as database:
            behind = await PostgresLedger(database).states_behind(CONSUMER, state.epoch + 1)
            assert behind == [state]
            assert await PostgresLedger(database).states_behind(CONSUMER, state.epoch) == []


async def test_a_state_that_is_kept_again_counts_as_the_same(databases: Databases) -> None:
    state = a_story().state
    async with databases.fresh() as dsn, await connect(dsn) as database:
        async with PostgresLedger(database).transaction(CONSUMER) as transaction:
            await transaction.save([state])
        async with database.session() as session:
            [packed] = await session.run(KEPT)
            text = state_text(state)
            plain = "update states set state = convert_to($1, 'UTF8') returning digest"
            [unpacked] = await session.run(plain, text)
        async with PostgresLedger(database).transaction(CONSUMER) as transaction:
            states = await transaction.load([EVENT])

    assert states == {EVENT: state}
    assert (packed["epoch"], packed["digest"]) == (state.epoch, unpacked["digest"])
    assert packed["size"] < len(text) / 2


async def test_what_is_loaded_has_its_manifest_in_common(databases: Databases) -> None:
    states = [Story(event=event).state for event in ("S1", "S2")]
    async with databases.fresh() as dsn, await connect(dsn) as database:
        ledger = PostgresLedger(database)
        async with ledger.transaction(CONSUMER) as transaction:
            await transaction.save(states)

        loaded = await ledger.states(CONSUMER, ["S1", "S2"])

    assert [loaded["S1"], loaded["S2"]] == states
    assert loaded["S1"].manifest is loaded["S2"].manifest
