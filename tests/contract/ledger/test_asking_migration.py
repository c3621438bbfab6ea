"""Events that were shown before they could be asked about can be asked about after the upgrade."""

import asyncpg
import orjson
import pytest

from llama.adapters.postgres import PostgresReadModels, connect, migrate
from llama.adapters.postgres.migrating import load_migrations
from llama.adapters.postgres.values import state_text
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import ask
from llama.domain.shown import shown
from llama.domain.states import EventState
from schemas.facts import AlertType
from tests.support.facts import START, Story
from tests.support.postgres import Databases


def a_story() -> Story:
    story = Story()
    story.notice()
    story.settle()
    story.make_again("skymap", "another map")
    return story


async def show_as_before(dsn: str, state: EventState) -> None:
    """Write rows as the release before this migration did."""
    event, files = shown(state)
    assert event is not None
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "insert into events values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        *(event.event, event.alert_type, event.time_created, event.event_time),
        *(event.significant, event.is_test, event.retracted, event.settled),
        *(orjson.dumps(event.flags).decode(), orjson.dumps(event.files).decode()),
        *(event.changed_at, state.sequence),
    )
    await connection.executemany(
        "insert into files values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            (
                *(event.event, one.name, place, one.handler, one.status, one.reason),
                *(one.version, one.digest, one.size),
            )
            for place, one in enumerate(files)
        ],
    )
    await connection.execute(
        "insert into states values ('projection', $1, $2, $3)",
        *(event.event, state.sequence, state_text(state)),
    )
    await connection.close()


@pytest.mark.parametrize("retracted", [(), (AlertType.RETRACTION,)], ids=["alive", "retracted"])
async def test_old_rows_are_as_they_would_be_written_now(
    databases: Databases, retracted: tuple[AlertType, ...]
) -> None:
    story = a_story()
    for alert_type in retracted:
        story.notice(alert_type)
    label = "retracted" if retracted else "initial"
    chosen = {
        "fileexists": "alert.json",
        "fhnameexists": "alert",
        "fhnamemeta": ["skymap", "plot"],
        "flag": ["ROLE:observation", "UPLOAD"],
        "label": [label, "significant"],
        "status": "masked" if retracted else ["obsolete", "current"],
        "vetoed": False,
        "obsolete": () if retracted else "plot.json",
        "v0after": START,
        "modafter": START,
    }
    async with databases.fresh(template="template0") as dsn:
        asking = next(one.number for one in load_migrations() if one.name == "asking")
        await migrate(dsn, migrations=load_migrations()[: asking - 1])
        await show_as_before(dsn, story.state)
        await migrate(dsn)
        async with await connect(dsn) as database:
            question = ask(Downselection.read(chosen), now=story.now, size=5)
            page = await PostgresReadModels(database).select(question)

    assert page.rows == (shown(story.state)[0],)
