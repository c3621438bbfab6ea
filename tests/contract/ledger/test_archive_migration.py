"""What came in before there was an archive is in it after the upgrade."""

import asyncpg

from llama.adapters.postgres import connect, migrate
from llama.adapters.postgres.migrating import load_migrations
from schemas.topics import (
    DEAD_LETTERS_TOPIC,
    EXTERNAL_TRIGGERS_TOPIC,
    FACTS_TOPIC,
    NEUTRINOS_TOPIC,
)
from tests.support.postgres import Databases
from tests.support.projections import a_log, hashes, project

EVENTS = 12
READ_AGAIN = (DEAD_LETTERS_TOPIC, NEUTRINOS_TOPIC, EXTERNAL_TRIGGERS_TOPIC)
BEFORE = {
    "facts": "partition, log_offset, event, sequence, id, kind, occurred_at, outcome, body",
    "dead_letters": "id, occurred_at, reason, body",
}
READ = "insert into offsets values ('projection', $1, 0, 7), ('resolver', $1, 0, 7)"


async def show_as_before(old: str, new: str) -> None:
    """Write the rows of one database into another as the release before this migration did."""
    source, target = await asyncpg.connect(new), await asyncpg.connect(old)
    for table, columns in BEFORE.items():
        rows = await source.fetch(f"select {columns} from {table}")
        places = ", ".join(f"${number + 1}" for number in range(len(columns.split(", "))))
        insert = f"insert into {table} ({columns}) values ({places})"
        await target.executemany(insert, [tuple(row.values()) for row in rows])
    for topic in (FACTS_TOPIC, *READ_AGAIN):
        await target.execute(READ, topic.name)
    await source.close()
    await target.close()


async def test_old_rows_and_what_is_read_once_more_make_the_whole_archive(
    databases: Databases,
) -> None:
    archive = next(one.number for one in load_migrations() if one.name == "archive")
    log, again = a_log(EVENTS), {topic.name for topic in READ_AGAIN}
    async with databases.fresh() as new, databases.fresh(template="template0") as old:
        async with await connect(new) as database:
            await project(database, log.mixed(100))
            expected = await hashes(database)
        await migrate(old, migrations=load_migrations()[: archive - 1])
        await show_as_before(old, new)
        await migrate(old)
        async with await connect(old) as database:
            await project(database, (one for one in log.mixed(100) if one.topic in again))
            found = await hashes(database)

    tables = ("notice_copies", "dead_letters", "neutrinos", "external_triggers")
    assert {table: found[table] for table in tables} == {table: expected[table] for table in tables}
    assert expected["notice_copies"].rows > EVENTS


async def test_the_projection_alone_reads_once_more(databases: Databases) -> None:
    archive = next(one.number for one in load_migrations() if one.name == "archive")
    async with databases.fresh() as new, databases.fresh(template="template0") as old:
        await migrate(old, migrations=load_migrations()[: archive - 1])
        await show_as_before(old, new)
        await migrate(old)
        connection = await asyncpg.connect(old)
        rows = await connection.fetch("select consumer, topic from offsets")
        await connection.close()

    left = {tuple(row.values()) for row in rows}
    topics = (FACTS_TOPIC, *READ_AGAIN)
    assert left == {
        ("projection", FACTS_TOPIC.name),
        *(("resolver", topic.name) for topic in topics),
    }
