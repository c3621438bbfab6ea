"""What only PostgreSQL keeps, and how its queries find it."""

import asyncpg
import pytest

from llama.adapters.postgres import PostgresLedger, connect
from llama.adapters.postgres.statements import load_statements
from tests.support.facts import EVENT, Story

FILL = """
insert into facts
select
    n % 8, n, 'S' || n % 2000, n, 'f' || n, 'FileGenerated', now() + n * interval '1 s',
    'applied', ''
from generate_series(1, 20000) as n;
insert into events
select 'S' || n, 'INITIAL', now(), now() - n * interval '1 hour', true, false, false, true, '{}',
    '{}', now(), 1
from generate_series(1, 20000) as n;
analyze facts;
analyze events
"""


async def test_every_content_a_file_had_is_kept(database_dsn: str) -> None:
    story = Story()
    story.notice()
    story.make("skymap", "the first map")
    story.make_again("skymap", "the second map")
    story.make_again("skymap", "the second map")

    async with await connect(database_dsn) as database:
        for _ in range(2):
            async with PostgresLedger(database).transaction("projection") as transaction:
                await transaction.views.record(story.steps)
        async with database.session() as session:
            rows = await session.connection.fetch(
                "select version, size, fact, made_at from file_versions "
                "where event = $1 and file = 'skymap.json' order by version",
                EVENT,
            )

    made = [step.fact for step in story.steps if step.fact.kind == "FileGenerated"]
    assert [tuple(row.values()) for row in rows] == [
        (0, 13, made[0].id, made[0].occurred_at),
        (1, 14, made[1].id, made[1].occurred_at),
    ]


async def test_files_that_stay_as_they_are_are_not_written_again(database_dsn: str) -> None:
    story = Story()
    story.notice()
    story.settle()

    async with await connect(database_dsn) as database:
        ledger = PostgresLedger(database)
        row_ids: list[list[asyncpg.Record]] = []
        for _ in range(2):
            async with ledger.transaction("projection") as transaction:
                await transaction.views.record(story.steps)
            async with database.session() as session:
                row_ids.append(await session.connection.fetch("select ctid, xmin::text from files"))

    assert row_ids[0] == row_ids[1]


@pytest.mark.parametrize(
    ("name", "arguments", "index"),
    [
        ("list_facts", ("S7",), "facts_by_event"),
        ("list_files", ("S7",), "files_pkey"),
        ("list_events", (20,), "events_by_merger"),
        ("list_dead_letters", (20, None, None, ""), "dead_letters_by_time"),
        ("list_copies", (20, *[None] * 8), "notice_copies_by_time"),
        ("list_copies_in_order", (20, *[None] * 8), "notice_copies_by_time"),
        ("list_raw_notices", ("ab", 2), "notice_copies_by_raw"),
    ],
)
async def test_a_list_is_read_from_its_index(
    database_dsn: str, name: str, arguments: tuple[object, ...], index: str
) -> None:
    async with await connect(database_dsn) as database, database.session() as session:
        await session.connection.execute(FILL)
        await session.connection.execute("set enable_seqscan to off")

        sql = f"explain {load_statements()[name]}"
        plan = "\n".join(row[0] for row in await session.connection.fetch(sql, *arguments))

    assert index in plan
