"""kill -9 of the projection, anywhere: nothing is lost and nothing is double.

LLAMA_KILLS says how often it is killed at random moments, 20 times if nothing is said.
"""

import asyncio
import os
import sys

import pytest

from llama.adapters.postgres import connect
from tests.support.killed_projector import PASSES, POINTS
from tests.support.postgres import Databases
from tests.support.projections import a_log, hashes, project

KILLS = int(os.environ.get("LLAMA_KILLS", "20"))
SEED = 3


async def killed(how: str, dsn: str, events: int, what: str) -> int:
    """Run a projection that is killed; return how often it was."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.killed_projector"),
        *(how, dsn, str(events), str(SEED), what),
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return int(printed)


async def assert_as_undisturbed(databases: Databases, dsn: str, events: int) -> None:
    async with databases.fresh() as other, await connect(other) as undisturbed:
        await project(undisturbed, a_log(events, seed=SEED).mixed(500))
        expected = await hashes(undisturbed)
    async with await connect(dsn) as database:
        assert await hashes(database) == expected


async def test_killed_at_random_moments(postgres_18: Databases) -> None:
    events = 3 * KILLS
    async with postgres_18.fresh() as dsn:
        assert await killed("random", dsn, events, str(KILLS)) == KILLS

        await assert_as_undisturbed(postgres_18, dsn, events)


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_a_point_of_its_transaction(postgres_18: Databases, point: str) -> None:
    async with postgres_18.fresh() as dsn:
        assert await killed("point", dsn, 20, point) == len(PASSES)

        await assert_as_undisturbed(postgres_18, dsn, 20)
