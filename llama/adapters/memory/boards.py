"""The live board in memory."""

from dataclasses import dataclass

from schemas.board import LiveBoard


@dataclass(slots=True)
class MemoryBoards:
    """Keeps the latest board."""

    board: LiveBoard | None = None

    async def keep(self, board: LiveBoard) -> None:
        """Keep a board in the place of the former one."""
        self.board = board

    async def latest(self) -> LiveBoard | None:
        """Return the board as it was last written; None if there never was one."""
        return self.board
