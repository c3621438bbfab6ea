"""The table of timers, by the database's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from llama.adapters.postgres.database import Database, Session
from llama.domain.timers import Timer
from llama.ports.timers import DueTimer

CHANNEL = "llama_timers"
"""Spelled in queries/timers.sql as well."""
LEAST_PAUSE_S = 0.05
"""A row that is due and was not to be had is locked: by another instance, or the resolver."""


@dataclass(frozen=True, slots=True)
class PostgresTimerBoard:
    """Says what will expire, within a transaction."""

    session: Session

    async def expect(self, event: str, timers: Sequence[Timer]) -> None:
        """Make these the timers of an event: add what is new, drop all others."""
        await self.session.fetch(
            "expect_timers",
            *(event, [timer.handler for timer in timers]),
            [timer.generation for timer in timers],
            [timer.due_at for timer in timers],
        )


class PostgresTimerQueue:
    """Hands out what is due."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listener = database.listener(CHANNEL)
        self._seen = 0
        """What had been heard before the last look."""

    async def take_due(self, *, limit: int, again_after: timedelta) -> Sequence[DueTimer]:
        """Return up to `limit` due timers, the earliest first; each comes again after a while."""
        self._seen = self._listener.heard
        rows = await self._database.fetch("take_due_timers", limit, again_after)
        return [
            DueTimer(row["event"], Timer(row["handler"], row["generation"], row["due_at"]))
            for row in rows
        ]

    async def wait_for_due(self, timeout: timedelta) -> None:
        """Return when there may be something to take, at the latest after the timeout."""
        await self._listener.listen()
        if self._listener.heard > self._seen:
            return
        row = await self._database.first("next_ring")
        next_s = timeout.total_seconds()
        if row is not None and row["seconds"] is not None:
            next_s = min(next_s, max(row["seconds"], LEAST_PAUSE_S))
        await self._listener.wait(seen=self._seen, timeout_s=next_s)
