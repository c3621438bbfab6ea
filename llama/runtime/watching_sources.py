"""Keeps account of how one source stands, and tells when it was not heard."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from llama.domain.sources.kinds import AlertSource
from llama.domain.sources.watching import Heard, begun, ended, failed, hauled, lost, told
from llama.ports.clock import Clock
from llama.ports.message_log import MessageLog
from llama.ports.sources import Haul, SourceBook
from llama.ports.telemetry import Watch as Onlooker
from llama.runtime.patience import persist
from llama.runtime.unwatched import UNWATCHED
from schemas.sources import SourceStanding
from schemas.topics import SOURCES_TOPIC

KEEP_EVERY = timedelta(seconds=2)
"""So much of a gap may be told too much after a crash: its begin is when we last wrote."""

_log = structlog.get_logger()


@dataclass(slots=True)
class Watch:
    """How one source stands, from its first look on."""

    source: AlertSource
    log: MessageLog
    book: SourceBook
    clock: Clock
    onlooker: Onlooker = UNWATCHED
    """Is told when the source is not heard, and how much of it is still to be read."""
    _standing: SourceStanding | None = None
    _kept: SourceStanding | None = None
    _kept_at: datetime | None = field(default=None)

    async def begin(self) -> None:
        """Go on from how it stood when its last reader ended; once is enough."""
        if self._standing is not None:
            return
        name, silence = self.source.name, self.source.silence
        before = await persist("reading how a source stands", lambda: self.book.standing(name))
        if before is not None and before.owed:
            # Its last reader may have ended before these were on the log.
            before = await self._tell(before)
        await self._become(begun(before, name, silence=silence, now=self.clock.now()))

    async def fail(self, error: str) -> None:
        """Say that it does not answer."""
        await self._after(lambda now, standing: failed(standing, error, now=now))

    async def take(self, haul: Haul) -> None:
        """Say that it has answered, and that all that came is on our own log."""
        silence = self.source.silence
        heard = Heard(len(haul.arrivals), haul.lag, haul.beat, haul.complaint)
        await self._after(lambda now, standing: hauled(standing, heard, silence=silence, now=now))

    async def lose(self, records: int) -> None:
        """Say that so many records were gone at the source before they could be read."""
        await self._after(lambda now, standing: lost(standing, records, now=now))

    async def end(self) -> None:
        """Say that everything of it was read."""
        await self._after(lambda _, standing: ended(standing))

    async def _after(self, follow: Callable[[datetime, SourceStanding], SourceStanding]) -> None:
        await self.begin()
        if self._standing is not None:
            await self._become(follow(self.clock.now(), self._standing))

    async def _become(self, standing: SourceStanding) -> None:
        self._standing = await self._tell(standing) if standing.owed else standing
        self._show(self._standing)
        if self._is_due(self._standing):
            await self._keep(self._standing)

    def _show(self, standing: SourceStanding) -> None:
        hearing = f"hearing {standing.source}"
        if standing.blind is None:
            self.onlooker.goes_on(hearing)
        else:
            self.onlooker.held_up(hearing, standing.error or standing.blind.why.value)
        self.onlooker.follows({(standing.source, 0): standing.lag or 0})

    async def _tell(self, standing: SourceStanding) -> SourceStanding:
        """Keep what is owed before it is told: then a crash in between tells it again."""
        await self._keep(standing)
        await persist("telling of a source", lambda: self.log.append(SOURCES_TOPIC, standing.owed))
        for message in standing.owed:
            _log.warning(
                "source_gap", source=message.source, what=message.kind, because=message.why.value
            )
        return told(standing)

    async def _keep(self, standing: SourceStanding) -> None:
        await persist("keeping how a source stands", lambda: self.book.keep(standing))
        self._kept, self._kept_at = standing, self.clock.now()

    def _is_due(self, standing: SourceStanding) -> bool:
        kept, kept_at = self._kept, self._kept_at
        if kept is None or kept_at is None or _sketch(kept) != _sketch(standing):
            return True
        return self.clock.now() - kept_at >= KEEP_EVERY


def _sketch(standing: SourceStanding) -> tuple[object, ...]:
    """Return what people want to see at once."""
    gap = standing.blind and standing.blind.id
    return standing.connected, standing.ended, standing.error, gap, standing.owed
