"""A state of another fold is folded again from the facts of its event."""

import pytest

from llama.adapters.postgres import Database, PostgresLedger, connect
from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.fold_version import FOLD_VERSION
from tests.support.facts import EVENT, Story

CONSUMER = "dependency_resolver"


def a_story() -> Story:
    story = Story()
    story.notice()
    story.settle()
    return story


async def keep(database: Database, story: Story, *, fold_version: int) -> None:
    """Keep a state as another release has written it: nobody can read it."""
    async with PostgresLedger(database).transaction(CONSUMER) as transaction:
        await transaction.save([story.state])
    async with database.session() as session:
        await session.run("update states set fold_version = $1, state = '{}'", fold_version)


async def show(database: Database, story: Story) -> None:
    async with PostgresLedger(database).transaction("projection") as transaction:
        await transaction.views.record(story.steps)


async def test_an_older_state_is_folded_again(database_dsn: str) -> None:
    story = a_story()
    async with await connect(database_dsn) as database:
        await keep(database, story, fold_version=FOLD_VERSION - 1)
        await show(database, story)

        async with PostgresLedger(database).transaction(CONSUMER) as transaction:
            states = await transaction.load([EVENT])

    assert states == {EVENT: story.state}


async def test_facts_that_the_state_has_not_seen_are_left_out(database_dsn: str) -> None:
    story = a_story()
    async with await connect(database_dsn) as database:
        await keep(database, story, fold_version=FOLD_VERSION - 1)
        seen = story.state
        story.make_again("plot", "another")
        await show(database, story)

        async with PostgresLedger(database).transaction(CONSUMER) as transaction:
            states = await transaction.load([EVENT])

    assert states == {EVENT: seen}


async def test_facts_that_are_not_shown_yet_are_waited_for(database_dsn: str) -> None:
    async with await connect(database_dsn) as database:
        await keep(database, a_story(), fold_version=FOLD_VERSION - 1)

        with pytest.raises(Unavailable, match="waiting for the projection"):
            async with PostgresLedger(database).transaction(CONSUMER) as transaction:
                await transaction.load([EVENT])


async def test_a_state_of_a_newer_release_is_refused(database_dsn: str) -> None:
    async with await connect(database_dsn) as database:
        await keep(database, a_story(), fold_version=FOLD_VERSION + 1)

        with pytest.raises(Misconfigured, match=f"fold {FOLD_VERSION + 1}"):
            async with PostgresLedger(database).transaction(CONSUMER) as transaction:
                await transaction.load([EVENT])


async def test_events_behind_are_found_whatever_folded_them(database_dsn: str) -> None:
    story = a_story()
    async with await connect(database_dsn) as database:
        await keep(database, story, fold_version=FOLD_VERSION - 1)
        await show(database, story)
        ledger = PostgresLedger(database)

        behind = await ledger.states_behind(CONSUMER, story.state.epoch + 1)
        level = await ledger.states_behind(CONSUMER, story.state.epoch)

    assert (behind, level) == ([story.state], [])
