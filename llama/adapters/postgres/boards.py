"""The live board in a table of one row."""

from dataclasses import dataclass

from llama.adapters.postgres.database import Database
from schemas.board import LiveBoard


@dataclass(frozen=True, slots=True)
class PostgresBoards:
    """Keeps the latest board."""

    database: Database

    async def keep(self, board: LiveBoard) -> None:
        """Keep a board in the place of the former one."""
        await self.database.fetch("keep_board", board.model_dump_json())

    async def latest(self) -> LiveBoard | None:
        """Return the board as it was last written; None if there never was one."""
        row = await self.database.first("find_board")
        return None if row is None else LiveBoard.model_validate_json(row["board"])
