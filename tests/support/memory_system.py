"""The services in one process over memory adapters, stepwise or all alive at once.

system = MemorySystem.of("alert -> skymap -> plot")
await system.send(a_notice())
await system.follow("trigger_ingest")          # stepwise
async with system.living():                    # alive
    await system.settled(a_notice())
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from llama.adapters.memory.artifacts import MemoryArtifacts
from llama.adapters.memory.history import MemoryHistory
from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.log import MemoryLog, MemorySubscription
from llama.adapters.memory.store import MemoryStore
from llama.adapters.memory.tasks import MemoryTaskQueue
from llama.adapters.memory.views import MemoryReadModels
from llama.client.ingestion import Ingestion
from llama.client.verification import Problem, Verification
from llama.domain.announcing import Addresses
from llama.domain.digests import Digest, canonical_json
from llama.domain.work import Task
from llama.ports.clock import Clock
from llama.ports.ledger import Ledger
from llama.ports.message_log import Batch, MessageLog, Subscription
from llama.ports.runner import Made, MadeFile, NotMade, RunError, Runner, RunOutcome
from llama.ports.tasks import Lease
from llama.runtime.consuming import Handle, consume
from llama.runtime.folding import Folder
from llama.runtime.projecting import PROJECTED
from llama.runtime.recent import RecentArtifacts
from llama.runtime.telling import TellingFolder
from schemas.envelope import NAME_HEADER, TEST_HEADER
from schemas.facts import FACTS, Fact, Source
from schemas.files import Manifest
from schemas.topics import (
    ALERTS_TOPIC,
    FACTS_TOPIC,
    INCOMING,
    REVISIONS_TOPIC,
    SELECTIONS_TOPIC,
    Topic,
)
from services.announcing.reactions import Announcer, Announcing
from services.announcing.selecting import Selector
from services.dependency_resolver.reactions import Resolver
from services.handler_worker.carrying import Carrying
from services.handler_worker.horizon import Horizon
from services.handler_worker.jobs import Job
from services.handler_worker.reactions import Worker
from services.projection.reactions import Projector, show
from services.trigger_ingest.reactions import Ingest
from services.versioning.reactions import Historian
from tests.support.facts import START, a_pipeline

FOLLOWED: Mapping[str, Sequence[Topic]] = {
    "trigger_ingest": INCOMING,
    "dependency_resolver": (FACTS_TOPIC,),
    "versioning": (FACTS_TOPIC,),
    "announcing": (FACTS_TOPIC, REVISIONS_TOPIC, SELECTIONS_TOPIC),
    "projection": PROJECTED,
}
DEADLINE_S = 30.0
"""Far beyond what anything here takes, even on a machine that does other things as well."""


@dataclass(slots=True)
class SetClock:
    """A clock that a test sets."""

    moment: datetime = START

    def now(self) -> datetime:
        """Return the moment that was set."""
        return self.moment

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.moment += by


@dataclass(slots=True)
class ScriptedRunner:
    """Runs tasks as scripted: the given outcomes first, then a file made from the inputs."""

    script: dict[str, list[RunOutcome]] = field(default_factory=dict[str, list[RunOutcome]])
    """Outcomes of the first runs, by handler."""
    ran: list[Task] = field(default_factory=list[Task])

    async def run(self, task: Task) -> RunOutcome:
        """Run a task."""
        self.ran.append(task)
        scripted = self.script.get(task.handler.name)
        return scripted.pop(0) if scripted else made_from(task)


def made_from(task: Task) -> Made:
    """Return what an honest handler makes: the same bytes from the same inputs and code."""
    content = canonical_json([task.handler.name, task.handler.code, dict(task.inputs)])
    return made(content)


def made(content: bytes, **aspects: Digest) -> Made:
    """Return a run that made one file."""
    return Made((MadeFile(content, aspects),), wall_s=0.25)


def not_made(error: RunError = "exception", message: str = "it broke") -> NotMade:
    """Return a run that made nothing."""
    return NotMade(error, message, wall_s=0.25)


@dataclass(slots=True)
class MemorySystem:
    """All services and what they share; `log` is what they write to, if not `records` itself."""

    manifest: Manifest
    clock: Clock
    runner: Runner
    records: MemoryLog
    store: MemoryStore
    log: MessageLog
    ledger: Ledger
    artifacts: MemoryArtifacts = field(default_factory=MemoryArtifacts)
    history: MemoryHistory = field(default_factory=MemoryHistory)
    epoch: int = 1
    recent: RecentArtifacts = field(init=False)
    handles: dict[str, Handle] = field(default_factory=dict[str, Handle])
    _alive: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, "asyncio.Task[None]"])
    _group: asyncio.TaskGroup | None = None

    @classmethod
    def of(
        cls,
        graph: str | Manifest,
        *,
        clock: Clock | None = None,
        runner: Runner | None = None,
    ) -> Self:
        """Build a system for the pipeline of a graph."""
        timed, records = clock or SetClock(), MemoryLog()
        store = MemoryStore(timed)
        return cls(
            manifest=a_pipeline(graph) if isinstance(graph, str) else graph,
            clock=timed,
            runner=runner or ScriptedRunner(),
            records=records,
            store=store,
            log=records,
            ledger=MemoryLedger(store),
        )

    def __post_init__(self) -> None:
        """Give its workers one memory: runners read from it what is not kept yet."""
        self.recent = RecentArtifacts(self.artifacts)

    @property
    def models(self) -> MemoryReadModels:
        """The read models."""
        return MemoryReadModels(self.store)

    def worker(self, name: str = "w1", *, capacity: int = 2, lease_s: float = 15.0) -> Worker:
        """Build a worker that can run every handler of the pipeline."""
        return Worker(
            queue=MemoryTaskQueue(self.store),
            carrying=self.carrying(name, lease_s=lease_s),
            handlers=[(spec.name, spec.code) for spec in self.manifest.handlers],
            capacity=capacity,
        )

    def carrying(self, name: str, *, lease_s: float) -> Carrying:
        """Build what carries out a worker's leases."""
        handlers = [(spec.name, spec.code) for spec in self.manifest.handlers]
        return Carrying(
            worker=name,
            queue=MemoryTaskQueue(self.store),
            runner=self.runner,
            artifacts=self.recent,
            log=self.log,
            clock=self.clock,
            horizon=Horizon(MemoryLedger(self.store), handlers),
            lease=timedelta(seconds=lease_s),
        )

    def ingestion(self) -> Ingestion:
        """Build what people send notices with."""
        return Ingestion(self.records, self.records, self.ledger, self.models, self.clock)

    def verification(self) -> Verification:
        """Build what checks that all is consistent."""
        return Verification(self.records, self.models, self.artifacts, self.history)

    async def problems(self) -> list[Problem]:
        """Check that all is consistent."""
        return [problem async for problem in self.verification().problems()]

    async def send(
        self, raw: bytes, *, name: bytes = b"", topic: Topic = ALERTS_TOPIC, is_test: bool = False
    ) -> Source:
        """Put a notice on an alert topic."""
        headers = {NAME_HEADER: name} if name else {}
        headers |= {TEST_HEADER: b"true"} if is_test else {}
        record = await self.records.append_raw(topic, raw, headers=headers)
        return Source(topic=record.topic, partition=record.partition, offset=record.offset)

    async def tell(self, *facts: Fact) -> None:
        """Put facts on the log."""
        await self.records.append(FACTS_TOPIC, facts)

    async def settled(self, *notices: bytes) -> None:
        """Send notices to the living system, and wait until all that they lead to is done."""
        ingestion = self.ingestion()
        sources = [await ingestion.send(raw, name="") for raw in notices]
        receipts = await ingestion.receipts(sources)
        await ingestion.settle([receipt.event for receipt in receipts if receipt.event])

    def facts(self) -> list[Fact]:
        """Return all facts of the log, partition by partition."""
        return [
            FACTS.validate_json(record.value or b"")
            for number in range(FACTS_TOPIC.partitions)
            for record in self.records.partition(FACTS_TOPIC.name, number)
        ]

    def unread(self, consumer: str) -> list[Batch]:
        """Return what a consumer has not read yet."""
        batches: list[Batch] = []
        for (topic, number), stand in self._positions(consumer).items():
            if records := tuple(self.records.partition(topic, number)[stand:]):
                batches.append(Batch(topic, number, stand, records))
        return batches

    async def follow(self, *consumers: str) -> None:
        """Let consumers, one after the other, read what they have not read yet."""
        for consumer in consumers:
            handle = self.handles.get(consumer) or self.restart(consumer)
            if haul := self.unread(consumer):
                await handle(haul)

    def restart(self, consumer: str) -> Handle:
        """Give a consumer a new process: it knows only what its ledger says."""
        self.handles[consumer], _ = self._reaction(consumer)
        return self.handles[consumer]

    @asynccontextmanager
    async def living(self, *, workers: int = 1) -> AsyncGenerator[Self]:
        """Keep all services alive within the block."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            for name in (*FOLLOWED, *(f"worker-{number}" for number in range(workers))):
                self._begin(name)
            yield self
            for task in self._alive.values():
                task.cancel()

    async def kill(self, service: str) -> None:
        """End a living service wherever it is, and start it again with an empty memory."""
        self._alive[service].cancel()
        await asyncio.wait([self._alive[service]])
        self._begin(service)

    @property
    def alive(self) -> list[str]:
        """The names of the living services."""
        return list(self._alive)

    def _begin(self, service: str) -> None:
        if self._group is None:
            raise RuntimeError("nothing lives: use `async with system.living()`")
        if service in FOLLOWED:
            self._alive[service] = self._group.create_task(self._consume(service))
        else:
            self._alive[service] = self._group.create_task(self.worker(service).work())

    async def _consume(self, consumer: str) -> None:
        handle, forget = self._reaction(consumer)

        def subscribe() -> AbstractAsyncContextManager[Subscription]:
            topics, positions = FOLLOWED[consumer], self._positions(consumer)
            return nullcontext(MemorySubscription(self.records, topics, positions))

        await consume(subscribe, handle, on_start=forget)

    def _positions(self, consumer: str) -> dict[tuple[str, int], int]:
        return {
            (topic.name, number): self.store.offsets.get((consumer, topic.name, number), 0)
            for topic in FOLLOWED[consumer]
            for number in range(topic.partitions)
        }

    def _reaction(self, consumer: str) -> tuple[Handle, Callable[[], None]]:
        if consumer == "trigger_ingest":
            ingest = Ingest(self.log, self.artifacts, self.ledger, self.clock)
            return ingest.handle, lambda: None
        if consumer == "dependency_resolver":
            resolver = Resolver(self.log, self.clock, self.manifest, self.epoch)
            resolving = TellingFolder(consumer, self.ledger, resolver.tell, resolver.react)
            return resolving.handle, resolving.forget
        addresses = Addresses("https://llama.example.org")
        announcer = Announcer(self.log, addresses, Selector(self.log, addresses))
        react = {
            "announcing": announcer.react,
            "versioning": Historian(self.log, self.history, self.artifacts).react,
            "projection": show,
        }[consumer]
        folder = Folder(consumer, self.ledger, react)
        if consumer == "projection":
            return Projector(self.ledger, folder).handle, folder.forget
        if consumer == "announcing":
            return Announcing(self.ledger, folder, announcer).handle, folder.forget
        return folder.handle, folder.forget


async def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait until something is the case, with a deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"it was not so within {DEADLINE_S:.0f} s that {what}")
        await asyncio.sleep(0.002)


async def carry_out(carrying: Carrying, lease: Lease) -> None:
    """Carry out a lease step by step, and go on with nothing."""
    job = Job(lease.task, lease)
    outcome = await carrying.run(lease.task)
    if outcome is None:
        await carrying.give_back([job])
        return
    carrying.ended(job, outcome)
    await carrying.keep([job])
    await carrying.tell([job])
    await carrying.close([job])
