"""Ports that fail once, as servers do, and then work."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from llama.domain.errors import Unavailable
from llama.domain.states import EventState
from llama.ports.ledger import Ledger, Transaction
from llama.ports.message_log import MessageLog, Record
from schemas.base import Message
from schemas.topics import Topic


@dataclass(slots=True)
class FailingLog:
    """A log that is away for the first appends."""

    log: MessageLog
    failures: int = 1
    attempts: int = 0

    async def append(self, topic: Topic, messages: Sequence[Message]) -> Sequence[Record]:
        self.attempts += 1
        if self.attempts <= self.failures:
            raise Unavailable("the log is away")
        return await self.log.append(topic, messages)

    async def append_raw(
        self, topic: Topic, value: bytes, *, headers: Mapping[str, bytes]
    ) -> Record:
        return await self.log.append_raw(topic, value, headers=headers)


@dataclass(slots=True)
class FailingLedger:
    """A ledger that loses the first transactions just before they would be durable."""

    ledger: Ledger
    failures: int = 1
    lost: list[str] = field(default_factory=list[str])

    @asynccontextmanager
    async def transaction(self, consumer: str) -> AsyncGenerator[Transaction]:
        async with self.ledger.transaction(consumer) as transaction:
            yield transaction
            if len(self.lost) < self.failures:
                self.lost.append(consumer)
                raise Unavailable("the database went away")

    async def positions(self, consumer: str, topic: str) -> Mapping[int, int]:
        return await self.ledger.positions(consumer, topic)

    async def deployment_epoch(self, manifest_digest: str) -> int:
        return await self.ledger.deployment_epoch(manifest_digest)

    async def states_behind(self, consumer: str, epoch: int) -> Sequence[EventState]:
        return await self.ledger.states_behind(consumer, epoch)
