"""Where the services meet the world: a log, a ledger, a runner and clocks that a seed spoils."""

import random
import zlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType

from llama.adapters.memory.ledger import MemoryLedger, MemoryTransaction
from llama.adapters.memory.store import MemoryStore
from llama.domain.digests import digest_bytes, digest_json
from llama.domain.errors import Unavailable
from llama.domain.states import EventState
from llama.domain.work import Task
from llama.ports.ledger import Transaction
from llama.ports.message_log import Batch, Record
from llama.ports.runner import Made, MadeFile, NotMade, RunError, RunOutcome
from schemas.base import Message
from schemas.envelope import body_of, key_of
from schemas.topics import Topic
from tests.simulation.errands import pause
from tests.support.facts import START

DUPLICATES = 0.1
LOST_ANSWERS = 0.03
FAILURES = (0.05, 0.15, 0.5)
"""Of runs; every seed has one of these."""
SHORT_LIVED = 0.1
VALIDITY = timedelta(seconds=20)
ERRORS: Sequence[RunError] = (
    "exception",
    "exception",
    "timeout",
    "memory",
    "crash",
    "not_yet",
    "permanent",
)
ASPECTS = ("first", "second")
"""What made files offer besides their whole; few contents, so that they often stay equal."""


@dataclass(slots=True)
class Weather:
    """Whether things go wrong, and which."""

    chance: random.Random
    is_stormy: bool = True

    def strikes(self, probability: float) -> bool:
        """Throw the dice; nothing strikes when the storm is over."""
        return self.is_stormy and self.chance.random() < probability


@dataclass(slots=True)
class VirtualClock:
    """The time of the database and of those who are on time."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment


@dataclass(slots=True)
class SkewedClock:
    """The clock of one machine."""

    true: VirtualClock
    skew: timedelta = timedelta(0)

    def now(self) -> datetime:
        return self.true.moment + self.skew


@dataclass(slots=True)
class StormyLog:
    """A log that says some things twice, and sometimes does not answer that it has them."""

    weather: Weather
    partitions: dict[tuple[str, int], list[Record]] = field(
        default_factory=dict[tuple[str, int], list[Record]]
    )
    lost_answers: float = LOST_ANSWERS

    async def append(self, topic: Topic, messages: Sequence[Message]) -> Sequence[Record]:
        if messages:
            await pause("appending")
        records = [self.write(topic, message) for message in messages]
        if messages and self.weather.strikes(self.lost_answers):
            raise Unavailable("the log has it and does not say so")
        if messages:
            await pause("appended")
        return records

    async def append_raw(
        self, topic: Topic, value: bytes, *, headers: Mapping[str, bytes]
    ) -> Record:
        return self._add(topic, None, value)

    def write(self, topic: Topic, message: Message) -> Record:
        key, body = key_of(message), body_of(message)
        record = self._add(topic, key, body)
        while self.weather.strikes(DUPLICATES):
            self._add(topic, key, body)
        return record

    def repeat(self, topic: Topic, record: Record) -> None:
        """Say something again that was said long ago."""
        self._add(topic, record.key, record.value or b"")

    def records(self, topic: Topic) -> list[Record]:
        return [one for n in range(topic.partitions) for one in self._partition(topic.name, n)]

    def batch(self, topic: str, number: int, start: int, most: int) -> Batch | None:
        """Return some records from a position on; None if there is nothing new."""
        records = tuple(self._partition(topic, number)[start : start + most])
        return Batch(topic, number, start, records) if records else None

    def _partition(self, topic: str, number: int) -> list[Record]:
        return self.partitions.get((topic, number), [])

    def _add(self, topic: Topic, key: bytes | None, value: bytes) -> Record:
        number = zlib.crc32(key or b"") % topic.partitions
        records = self.partitions.setdefault((topic.name, number), [])
        records.append(Record(topic.name, number, len(records), key, value))
        return records[-1]


@dataclass(slots=True)
class _Commit(AbstractAsyncContextManager[Transaction]):
    transaction: MemoryTransaction
    weather: Weather

    async def __aenter__(self) -> Transaction:
        return self.transaction

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            return
        await pause("committing")
        self.transaction.commit()
        if self.weather.strikes(LOST_ANSWERS):
            raise Unavailable("the database has it and does not say so")
        await pause("committed")


@dataclass(slots=True)
class StormyLedger:
    """A ledger whose users may die, or linger, before and after they commit."""

    store: MemoryStore
    weather: Weather

    def transaction(self, consumer: str) -> AbstractAsyncContextManager[Transaction]:
        return _Commit(MemoryTransaction(self.store, consumer), self.weather)

    async def positions(self, consumer: str, topic: str) -> Mapping[int, int]:
        return await MemoryLedger(self.store).positions(consumer, topic)

    async def states(self, consumer: str, events: Collection[str]) -> Mapping[str, EventState]:
        return await MemoryLedger(self.store).states(consumer, events)

    async def states_behind(self, consumer: str, epoch: int) -> Sequence[EventState]:
        return await MemoryLedger(self.store).states_behind(consumer, epoch)

    async def deployment_epoch(self, manifest_digest: str) -> int:
        return await MemoryLedger(self.store).deployment_epoch(manifest_digest)


@dataclass(slots=True)
class StormyRunner:
    """Handlers that fail, and whimsical ones that make something else each time."""

    weather: Weather
    clock: VirtualClock
    whimsical: frozenset[str]
    """Files whose content does not follow from the inputs."""
    failures: float
    runs: int = 0

    async def run(self, task: Task) -> RunOutcome:
        await pause("running")
        self.runs += 1
        if self.weather.strikes(self.failures):
            return NotMade(self.weather.chance.choice(ERRORS), "it broke", wall_s=0.1)
        files = tuple(self._file(task, name) for name in task.handler.files)
        is_short = self.weather.strikes(SHORT_LIVED)
        valid_until = self.clock.now() + VALIDITY if is_short else None
        return Made(files, wall_s=0.1, valid_until=valid_until)

    def _file(self, task: Task, name: str) -> MadeFile:
        seed = digest_json([name, task.handler.code, dict(task.inputs)])
        if name in self.whimsical:
            seed = digest_json([seed, self.weather.chance.randrange(3), self.runs])
        aspects = {
            aspect: digest_bytes(f"{name} {aspect} {int(seed[n], 16) % 3}".encode())
            for n, aspect in enumerate(ASPECTS)
        }
        return MadeFile(f"{name} {seed[:12]}".encode(), aspects)
