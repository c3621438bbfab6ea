"""Brings what a source of alerts has to our own log: copied, acknowledged, then the position."""

import asyncio
from dataclasses import dataclass, field

import structlog

from llama.domain.errors import LlamaError
from llama.domain.sources.copying import (
    LARGEST_RECORD,
    MOST_COPIES,
    Arrival,
    copies_so_far,
    headers_of_copy,
    local_topic,
    oversized,
    reader_of,
)
from llama.domain.sources.kinds import AlertSource
from llama.ports.clock import Clock
from llama.ports.ledger import Ledger
from llama.ports.message_log import MessageLog
from llama.ports.sources import Haul, OpenFeed, Places, SourceBook
from llama.runtime.patience import persist
from llama.runtime.stopping import to_its_end
from llama.runtime.watching_sources import Watch
from schemas.topics import DEAD_LETTERS_TOPIC

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
"""A broker of others that is away is not to be hammered; a minute more matters little then."""

_log = structlog.get_logger()


@dataclass(slots=True)
class Bringer:
    """Reads one source, for ever, whatever becomes of others."""

    source: AlertSource
    open: OpenFeed
    log: MessageLog
    ledger: Ledger
    book: SourceBook
    clock: Clock
    watch: Watch
    _pause_s: float = FIRST_PAUSE_S
    _places: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])

    async def bring(self) -> None:
        """Bring what comes until the source ends; what fails is tried again, with pauses."""
        while True:
            try:
                if await self._has_ended():
                    return
            except Exception:  # noqa: BLE001 - its siblings go on, whatever it is
                _log.exception("source_untold", source=self.source.name)
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    async def _has_ended(self) -> bool:
        """Read the source until it ends, or fails; keep account of either."""
        name = self.source.name
        try:
            await self._follow()
        except LlamaError as error:
            _log.warning("source_failed", source=name, error=str(error))
            await self.watch.fail(str(error))
            return False
        except Exception as error:  # noqa: BLE001 - see above
            # Its words may be a library's, and hold what is secret.
            _log.error("source_broken", source=name, error=type(error).__name__)
            await self.watch.fail(f"it broke: {type(error).__name__}")
            return False
        _log.info("source_ended", source=name)
        await self.watch.end()
        return True

    async def _follow(self) -> None:
        name = self.source.name
        await self.watch.begin()
        self._places = dict(await persist("reading positions", lambda: self.book.places(name)))
        async with self.open(self._places) as feed:
            async for haul in feed.hauls():
                await to_its_end(self._take(haul))
                self._pause_s = FIRST_PAUSE_S

    async def _take(self, haul: Haul) -> None:
        """Copy what has come; once all of it is acknowledged, move the positions."""
        for arrival in haul.arrivals:
            await persist(f"copying from {self.source.name}", lambda one=arrival: self._copy(one))
        ends = {**haul.moved, **{one.place: one.offset + 1 for one in haul.arrivals}}
        if haul.lost:
            # Before the positions move: rather told twice than never.
            await self.watch.lose(haul.lost)
        if ends:
            await persist("moving positions", lambda: self._advance(ends))
            self._places |= ends
        await self.watch.take(haul)

    async def _copy(self, arrival: Arrival) -> None:
        name = self.source.name
        if arrival.value is None or arrival.size > LARGEST_RECORD:
            letter = oversized(name, arrival, at=self.clock.now())
            await self.log.append(DEAD_LETTERS_TOPIC, [letter])
            _log.warning("record_too_large", source=name, size=arrival.size, id=letter.id)
            return
        if copies_so_far(arrival.headers) >= MOST_COPIES:
            _log.error("record_in_a_circle", source=name, topic=arrival.topic)
            return
        headers = headers_of_copy(name, arrival)
        await self.log.append_raw(local_topic(arrival.topic), arrival.value, headers=headers)

    async def _advance(self, ends: Places) -> None:
        async with self.ledger.transaction(reader_of(self.source.name)) as transaction:
            for (topic, partition), end in ends.items():
                expected = self._places.get((topic, partition), 0)
                await transaction.advance(topic, partition, expected=expected, to=end)
