"""The live board is kept, in memory and in every PostgreSQL."""

from collections.abc import AsyncGenerator

import pytest

from llama.adapters.memory.boards import MemoryBoards
from llama.adapters.postgres import connect
from llama.adapters.postgres.boards import PostgresBoards
from llama.ports.boards import Boards
from tests.support.postgres import Databases
from tests.unit.gateway.test_board import a_board


@pytest.fixture
async def boards(databases_or_memory: Databases | None) -> AsyncGenerator[Boards]:
    if databases_or_memory is None:
        yield MemoryBoards()
        return
    async with (
        databases_or_memory.fresh() as dsn,
        await connect(dsn, role="llama_monitor") as database,
    ):
        yield PostgresBoards(database)


async def test_the_latest_board_is_the_one_that_is_kept(boards: Boards) -> None:
    before = await boards.latest()
    await boards.keep(a_board())
    newest = a_board().model_copy(update={"behind": 7})
    await boards.keep(newest)

    assert before is None
    assert await boards.latest() == newest
