"""The live board: written by the stream monitor, shown by the gateway."""

from typing import Protocol

from schemas.board import LiveBoard


class Boards(Protocol):
    """Keeps the latest board (one writer: stream_monitor)."""

    async def keep(self, board: LiveBoard) -> None:
        """Keep a board in the place of the former one."""
        ...

    async def latest(self) -> LiveBoard | None:
        """Return the board as it was last written; None if there never was one."""
        ...
