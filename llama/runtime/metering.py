"""Counts what a service reads and writes, beside what it does with it."""

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from llama.domain.health import Place
from llama.domain.latency import seconds_after_alert
from llama.domain.moves import Folded
from llama.ports.ledger import Transaction
from llama.ports.message_log import Haul, MessageLog, Record, Subscription
from llama.ports.telemetry import Telemetry, Watch
from llama.runtime.consuming import Handle, Subscribe
from schemas.base import Message
from schemas.external_triggers import ExternalTriggerReceived
from schemas.facts import FileFailed, FileGenerated, TriggerReceived
from schemas.neutrinos import NeutrinoReceived
from schemas.reports import DeadLetter
from schemas.topics import TOPICS, Topic

Reaction = Callable[[Transaction, Sequence[Folded]], Awaitable[None]]
"""Has the effects of some folded facts."""
SILENT_AFTER_S = 10.0
"""Kafka answers a fetch within half of that, also if there is nothing."""
OTHER = "other"
"""The kind of whatever is no message of ours: headers of notices say what their senders like."""
_KINDS: Final = frozenset(one.__name__ for topic in TOPICS for one in topic.messages)
_FETCHING = "fetching records"


@dataclass(frozen=True, slots=True)
class MeteredLog:
    """A log that counts what is written to it once it is there."""

    log: MessageLog
    telemetry: Telemetry

    async def append(self, topic: Topic, messages: Sequence[Message]) -> Sequence[Record]:
        """Write messages in order; once this returns, all replicas have them."""
        written = await self.log.append(topic, messages)
        self.telemetry.produced(topic.name, Counter(type(one).__name__ for one in messages))
        for message in messages:
            self._note(message)
        return written

    async def append_raw(
        self, topic: Topic, value: bytes, *, headers: Mapping[str, bytes]
    ) -> Record:
        """Write bytes as they are."""
        written = await self.log.append_raw(topic, value, headers=headers)
        self.telemetry.produced(topic.name, {OTHER: 1})
        return written

    def _note(self, message: Message) -> None:
        match message:
            case TriggerReceived():
                self.telemetry.received("event")
            case NeutrinoReceived():
                self.telemetry.received("neutrino")
            case ExternalTriggerReceived():
                self.telemetry.received("external_trigger")
            case DeadLetter():
                self.telemetry.refused(message.reason.value)
            case FileGenerated():
                self.telemetry.ran(message.handler, "made", wall_s=message.wall_s)
            case FileFailed():
                self.telemetry.ran(message.handler, message.error, wall_s=message.wall_s)
            case _:
                return


def metered(
    subscribe: Subscribe,
    *,
    watch: Watch,
    telemetry: Telemetry,
    time_s: Callable[[], float],
) -> Subscribe:
    """Return a subscription whose hauls are counted, and whose reader shows that it goes on."""

    @asynccontextmanager
    async def opened() -> AsyncGenerator[Subscription]:
        async with subscribe() as subscription:
            yield _Metered(subscription, watch, telemetry, time_s)

    return opened


@dataclass(slots=True)
class _Metered:
    subscription: Subscription
    watch: Watch
    telemetry: Telemetry
    time_s: Callable[[], float]
    _since_s: float = 0.0
    """When the haul that is being handled was handed out."""

    async def hauls(self) -> AsyncIterator[Haul]:
        """Go through what comes in, for ever; what was not confirmed comes again."""
        async for haul in self.subscription.hauls():
            self.watch.beat()
            self._since_s = self.time_s()
            yield haul

    async def confirm(self, haul: Haul) -> None:
        """Say that a haul has had all its effects."""
        wall_s = self.time_s() - self._since_s
        await self.subscription.confirm(haul)
        for topic, kinds in _kinds_in(haul).items():
            self.telemetry.consumed(topic, kinds, wall_s=wall_s)
        self.watch.beat()


def _kinds_in(haul: Haul) -> Mapping[str, Counter[str]]:
    """Count records by topic and kind."""
    found: dict[str, Counter[str]] = {}
    for batch in haul:
        counter = found.setdefault(batch.topic, Counter())
        counter.update(kind_of(record) for record in batch.records)
    return found


@dataclass(frozen=True, slots=True)
class WatchedFeed:
    """Tells a loop's watch and the telemetry what a subscription has found when it asked."""

    watch: Watch
    telemetry: Telemetry

    def polled(self, lags: Mapping[Place, int], *, silent_s: float) -> None:
        """Say how many records are still to be read, and for how long no answer has come."""
        self.watch.beat()
        self.watch.follows(lags)
        self.telemetry.lags(lags)
        if silent_s > SILENT_AFTER_S:
            self.watch.held_up(_FETCHING, "Kafka does not answer")
        else:
            self.watch.goes_on(_FETCHING)


@dataclass(slots=True)
class Timekeeper:
    """Measures, where facts are shown, how long after its alert a file was there.

    Counted when a haul has had all its effects: one that is repeated counts once.
    """

    react: Reaction
    telemetry: Telemetry
    _found: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    async def look(self, transaction: Transaction, folded: Sequence[Folded]) -> None:
        """Have the reaction's effects, and look at the facts it was given."""
        await self.react(transaction, folded)
        self._found = [
            (one.fact.handler, after_s)
            for one in folded
            if one.fact.kind == "FileGenerated"
            and (after_s := seconds_after_alert(one.before, one.fact, one.after)) is not None
        ]

    def timed(self, handle: Handle) -> Handle:
        """Return how a haul is handled so that what was found in it is counted."""

        async def handle_and_count(haul: Haul) -> None:
            self._found = []
            await handle(haul)
            for handler, after_s in self._found:
                self.telemetry.followed_alert(handler, after_s=after_s)

        return handle_and_count


def kind_of(record: Record) -> str:
    """Return the name of a record's message class as its header has it; `other` if it is none."""
    said = dict(record.headers).get("ce_type", b"").decode("utf-8", "replace")
    kind = said.removeprefix("llama.").partition(".")[0]
    return kind if kind in _KINDS else OTHER
