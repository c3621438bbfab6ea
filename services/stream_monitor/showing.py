"""Shows what was counted: on the board, and as figures of the process."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from llama.domain.errors import RecordsSkipped
from llama.domain.health import Place
from llama.ports.boards import Boards
from llama.ports.clock import Clock
from llama.ports.message_log import LogReader
from llama.ports.telemetry import Telemetry, Watch
from llama.runtime.patience import persist
from schemas.board import LiveBoard
from schemas.topics import Topic
from services.stream_monitor.reactions import Monitor

EVERY_S = 2.0
"""Who looks at the board looks every few seconds; a row is written only if it is another one."""
STILL_THERE_S = 30.0
"""A board that nothing happens to is written so often: its age tells whether anybody writes it."""


MOST_LOOKS = 30
"""A minute of looks at which there was something to be read and nothing was: Faust begins to read
within seconds, and joins its group again within some more after Kafka was away."""


@dataclass(slots=True)
class Showing:
    """Writes the board whenever there is something new on it."""

    monitor: Monitor
    topics: Sequence[Topic]
    reader: LogReader
    boards: Boards
    clock: Clock
    telemetry: Telemetry
    watch: Watch
    every_s: float = EVERY_S
    written: LiveBoard | None = None
    looks: int = 0
    """How often in a row there was something to be read, and nothing had been."""
    stood: Mapping[Place, int] = field(default_factory=dict[Place, int])
    """How far everything was read at the last look."""

    async def show_for_ever(self) -> None:
        """Show it again and again; a server that is away is waited for."""
        while True:
            await persist("writing the board", self.once, watch=self.watch)
            self.watch.beat()
            await asyncio.sleep(self.every_s)

    async def once(self) -> None:
        """Show it once; RecordsSkipped if nothing is read any more."""
        lags = self.monitor.lags(await self._ends())
        self._require_progress(sum(lags.values()))
        self.watch.follows(lags)
        self.telemetry.lags(lags)
        now = self.clock.now()
        board = self.monitor.board(now, behind=sum(lags.values()))
        self.telemetry.windowed(self.monitor.windows.running(now).tally)
        if self._is_news(board):
            await self.boards.keep(board)
            self.written = board

    def _require_progress(self, behind: int) -> None:
        stands = dict(self.monitor.stands)
        self.looks = self.looks + 1 if behind and stands == self.stood else 0
        self.stood = stands
        if self.looks > MOST_LOOKS:
            raise RecordsSkipped(
                f"{behind} records are to be read and none has come for {self.looks} looks: "
                "everything is counted again from the beginning"
            )

    async def _ends(self) -> Mapping[Place, int]:
        ends = {topic.name: await self.reader.ends(topic) for topic in self.topics}
        return {(name, number): end for name, of in ends.items() for number, end in of.items()}

    def _is_news(self, board: LiveBoard) -> bool:
        before = self.written
        if before is None or (board.at - before.at).total_seconds() > STILL_THERE_S:
            return True
        return board.model_copy(update={"at": before.at}) != before
