"""One log gives one set of tables: whatever the batches, the partitions and the hash seed."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from random import Random

import pytest

from llama.adapters.postgres import connect
from llama.adapters.postgres.table_copies import PROJECTED_TABLES
from llama.ports.generations import TableHash
from tests.support.postgres import Databases
from tests.support.projections import a_log, hashes, project

EVENTS = 40


async def projected(
    databases: Databases, *, most: int, partitions: int = 8
) -> dict[str, TableHash]:
    async with databases.fresh() as dsn, await connect(dsn) as database:
        await project(database, a_log(EVENTS).mixed(most))
        return dict(await hashes(database))


async def projected_elsewhere(
    databases: Databases, *, partitions: int, hash_seed: int
) -> dict[str, TableHash]:
    what = (str(EVENTS), str(partitions), "1000")
    async with databases.fresh() as dsn:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.project_log", dsn, *what),
            env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await process.communicate()
    return {table: TableHash(**known) for table, known in json.loads(printed).items()}


@pytest.fixture
async def live(databases: Databases) -> Mapping[str, TableHash]:
    return await projected(databases, most=3)


async def test_every_table_has_rows(live: Mapping[str, TableHash]) -> None:
    assert set(live) == {*PROJECTED_TABLES, "states"}
    assert all(known.rows > 0 for known in live.values())


async def test_small_and_large_batches_give_the_same_tables(
    databases: Databases, live: Mapping[str, TableHash]
) -> None:
    assert await projected(databases, most=5000) == live


async def test_other_partitions_and_another_hash_seed_give_the_same_tables(
    databases: Databases, live: Mapping[str, TableHash]
) -> None:
    seed = Random(EVENTS).randrange(1, 1000)

    assert await projected_elsewhere(databases, partitions=3, hash_seed=seed) == live


async def test_another_log_gives_other_tables(
    databases: Databases, live: Mapping[str, TableHash]
) -> None:
    async with databases.fresh() as dsn, await connect(dsn) as database:
        await project(database, a_log(EVENTS, seed=2).mixed(500))
        other = await hashes(database)

    facts = {"facts", "events", "files", "file_versions", "states"}
    assert {table for table in live if other[table] != live[table]} >= facts


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("facts", "update facts set outcome = 'ignored' where sequence = 3"),
        ("events", "update events set settled = not settled where event = 'S000003'"),
        ("files", "delete from files where event = 'S000003' and position = 2"),
        ("states", "update states set sequence = sequence + 1 where event = 'S000003'"),
    ],
)
async def test_the_hash_tells_a_table_that_was_tampered_with(
    databases: Databases, live: Mapping[str, TableHash], table: str, change: str
) -> None:
    async with databases.fresh() as dsn, await connect(dsn) as database:
        await project(database, a_log(EVENTS).mixed(500))
        async with database.session() as session:
            await session.run(change)
        found = await hashes(database)

    assert {name for name in live if found[name] != live[name]} == {table}
