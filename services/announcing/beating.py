"""The heartbeat: subscribers who hear nothing know whether there was nothing to tell."""

import asyncio
from dataclasses import dataclass

from llama.domain.digests import digest_json
from llama.domain.position import Position
from llama.ports.clock import Clock
from llama.ports.ledger import Ledger
from llama.ports.message_log import MessageLog
from llama.ports.telemetry import Watch
from llama.runtime.patience import persist
from llama.runtime.unwatched import UNWATCHED
from schemas.base import zulu
from schemas.public import Heartbeat
from schemas.topics import FACTS_TOPIC, HEARTBEAT_TOPIC
from services.announcing.reactions import CONSUMER

EVERY_S = 5.0
"""Three missed ones are told from a slow line, and a day of them is a few megabytes."""


@dataclass(frozen=True, slots=True)
class Heart:
    """Says every few seconds that announcing is alive, and how far it has come."""

    log: MessageLog
    ledger: Ledger
    clock: Clock
    every_s: float = EVERY_S
    watch: Watch = UNWATCHED

    async def beat(self) -> None:
        """Beat for ever; a server that is away is waited for."""
        while True:
            self.watch.beat()
            await persist("saying that announcing is alive", self.once, watch=self.watch)
            await asyncio.sleep(self.every_s)

    async def once(self) -> None:
        """Beat once."""
        now = self.clock.now()
        read = Position(await self.ledger.positions(CONSUMER, FACTS_TOPIC.name))
        beat = Heartbeat(
            id=digest_json([Heartbeat.__name__, zulu(now)])[:32],
            occurred_at=now,
            every_s=self.every_s,
            position=str(read),
        )
        await self.log.append(HEARTBEAT_TOPIC, [beat])
