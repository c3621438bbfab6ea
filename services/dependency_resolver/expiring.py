"""Says on the log that the time of a content is over, once it is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog

from llama.domain.timers import expiry
from llama.ports.message_log import MessageLog
from llama.ports.telemetry import Watch
from llama.ports.timers import TimerQueue
from llama.runtime.patience import persist
from llama.runtime.unwatched import UNWATCHED
from schemas.topics import FACTS_TOPIC

IDLE = timedelta(seconds=5)
"""Look for due timers at least this often, should a wake-up be lost."""
AGAIN_AFTER = timedelta(minutes=1)
"""A timer that is due rings again after this, until the resolver has read that it has rung: the
first time, the process may have ended before it could say so. A repeat changes nothing."""
AT_ONCE = 500
"""Timers that are handed out together."""

Result = TypeVar("Result")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Turns due timers into facts; it may be stopped at any moment."""

    timers: TimerQueue
    log: MessageLog
    watcher: Watch = UNWATCHED

    async def watch(self) -> None:
        """Go on for ever; servers that go away are waited for."""
        while True:
            self.watcher.beat()
            if not await self.ring():
                await self._persist("waiting for timers", lambda: self.timers.wait_for_due(IDLE))

    async def ring(self) -> int:
        """Publish what is due now; return how much that was."""
        due = await self._persist(
            "looking for due timers",
            lambda: self.timers.take_due(limit=AT_ONCE, again_after=AGAIN_AFTER),
        )
        facts = [expiry(one.timer, one.event) for one in due]
        if facts:
            await self._persist("publishing expiries", lambda: self.log.append(FACTS_TOPIC, facts))
        for fact in facts:
            _log.info("file_expired", event_id=fact.event, handler=fact.handler, result=fact.id)
        return len(facts)

    async def _persist(self, doing: str, action: Callable[[], Awaitable[Result]]) -> Result:
        return await persist(doing, action, watch=self.watcher)
