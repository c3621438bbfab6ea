"""Migrations run forward, once each, and refuse a database that is not what they left."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import asyncpg
import pytest

from llama.adapters.postgres import connect, migrate
from llama.adapters.postgres.migrating import Migration, load_migrations
from llama.domain.errors import Misconfigured
from tests.support.postgres import Databases

TABLES = frozenset(
    {
        "migrations",
        *("offsets", "states", "heads", "receipts", "deployments", "tasks", "timers"),
        *("events", "files", "file_versions", "facts", "revisions", "dead_letters"),
        *("event_spans", "generations", "flag_changes", "holds", "failures", "outbox", "pauses"),
        *("neutrinos", "external_triggers", "notice_copies"),
        *("sources", "source_gaps", "selections", "boards"),
    }
)


@pytest.fixture
async def empty_dsn(databases: Databases) -> AsyncGenerator[str]:
    """Make a database without any table."""
    async with databases.fresh(template="template0") as dsn:
        yield dsn


async def column(dsn: str, sql: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        return [row[0] for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def tables(dsn: str) -> list[str]:
    return await column(dsn, "select tablename from pg_tables where schemaname = 'public'")


async def test_an_empty_database_gets_all_tables(empty_dsn: str) -> None:
    applied = await migrate(empty_dsn)

    assert applied == [migration.number for migration in load_migrations()]
    assert set(await tables(empty_dsn)) == TABLES


async def test_every_table_says_who_writes_it(database_dsn: str) -> None:
    comments = await column(
        database_dsn,
        "select coalesce(obj_description(oid), relname) from pg_class "
        "where relkind = 'r' and relnamespace = 'public'::regnamespace "
        "and relname <> 'migrations'",
    )

    assert [comment for comment in comments if not comment.startswith("Writer")] == []


async def test_a_second_time_there_is_nothing_to_do(empty_dsn: str) -> None:
    await migrate(empty_dsn)

    assert await migrate(empty_dsn) == []


async def test_of_many_that_start_at_once_one_migrates(empty_dsn: str) -> None:
    applied = await asyncio.gather(*(migrate(empty_dsn) for _ in range(5)))

    assert sorted(map(len, applied)) == [0, 0, 0, 0, len(load_migrations())]


async def test_an_edited_migration_is_refused(empty_dsn: str) -> None:
    first, *others = load_migrations()
    await migrate(empty_dsn)
    edited = replace(first, sql=first.sql + "\n-- an afterthought\n")

    with pytest.raises(Misconfigured, match=r"migration 1 \(ledger\) was edited after"):
        await migrate(empty_dsn, migrations=[edited, *others])


async def test_a_database_of_a_newer_release_is_refused(empty_dsn: str) -> None:
    await migrate(empty_dsn)

    with pytest.raises(Misconfigured, match="migration 3, which this release does not know"):
        await migrate(empty_dsn, migrations=load_migrations()[:2])


async def test_a_migration_that_fails_leaves_those_before_it(empty_dsn: str) -> None:
    good = Migration(1, "good", "create table good (n integer)")
    bad = Migration(2, "bad", "create table half (n integer); create table good (n integer)")

    with pytest.raises(asyncpg.DuplicateTableError):
        await migrate(empty_dsn, migrations=[good, bad])

    assert set(await tables(empty_dsn)) == {"migrations", "good"}
    assert await migrate(empty_dsn, migrations=[good, replace(bad, sql="select 1")]) == [2]


async def test_a_migration_that_cannot_be_recorded_is_undone(empty_dsn: str) -> None:
    thief = "create table half (n integer); insert into migrations values (1, 'mine', 'too')"

    with pytest.raises(asyncpg.UniqueViolationError):
        await migrate(empty_dsn, migrations=[Migration(1, "thief", thief)])

    assert await tables(empty_dsn) == ["migrations"]


async def test_whoever_cannot_give_all_privileges_migrates_all_the_same(empty_dsn: str) -> None:
    """A table of somebody else lies in the schema: an administrator calls grant_roles()."""
    await column(empty_dsn, "create role tenant")
    await column(empty_dsn, "alter schema public owner to tenant")
    tenant = f"{empty_dsn}&role=tenant"
    await migrate(tenant, migrations=load_migrations()[:11])
    await column(empty_dsn, "create table of_somebody_else (n integer)")

    assert await migrate(tenant) == [one.number for one in load_migrations()[11:]]


async def test_a_database_without_tables_is_told_to_be_migrated(empty_dsn: str) -> None:
    async with await connect(empty_dsn) as database:
        with pytest.raises(Misconfigured, match="apply the migrations"):
            await database.fetch("positions", "resolver", "llama.facts")
