"""The table of timers in memory, by the store's clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from llama.adapters.memory.store import MemoryStore, SetTimer
from llama.domain.timers import Timer
from llama.ports.timers import DueTimer


@dataclass(frozen=True, slots=True)
class MemoryTimerBoard:
    """Says what will expire, within a transaction."""

    store: MemoryStore
    later: Callable[[Callable[[], None]], None]
    """Takes a change that is to be made when the transaction ends well."""

    async def expect(self, event: str, timers: Sequence[Timer]) -> None:
        """Make these the timers of an event: add what is new, drop all others."""
        self.later(lambda: self._expect(event, timers))

    def _expect(self, event: str, timers: Sequence[Timer]) -> None:
        rows = self.store.timers
        expected = {(event, timer.handler, timer.generation): timer for timer in timers}
        for key in [key for key in rows if key[0] == event and key not in expected]:
            del rows[key]
        added = {key: timer for key, timer in expected.items() if key not in rows}
        rows.update({key: SetTimer(timer, timer.due_at) for key, timer in added.items()})
        if added:
            self.store.ring()


class MemoryTimerQueue:
    """Hands out what is due."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._seen = -1
        """How often the store had rung before the last look."""

    async def take_due(self, *, limit: int, again_after: timedelta) -> Sequence[DueTimer]:
        """Return up to `limit` due timers, the earliest first; each comes again after a while."""
        self._seen, now = self._store.rung, self._store.clock.now()
        rows = self._store.timers
        due = [key for key, row in rows.items() if row.rings_at <= now]
        taken = sorted(due, key=lambda key: (rows[key].rings_at, key))[:limit]
        for key in taken:
            rows[key].rings_at = now + again_after
        return [DueTimer(key[0], rows[key].timer) for key in taken]

    async def wait_for_due(self, timeout: timedelta) -> None:
        """Return when there may be something to take, at the latest after the timeout."""
        rings = [row.rings_at for row in self._store.timers.values()]
        next_s = (min(rings) - self._store.clock.now()).total_seconds() if rings else float("inf")
        await self._store.wait(
            seen=self._seen, timeout_s=max(0.0, min(timeout.total_seconds(), next_s))
        )
