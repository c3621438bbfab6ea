"""A living system in memory whose event has its files, and the means to act upon it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from llama.adapters.system_clock import SystemClock
from llama.client.acting.acts import Acts
from llama.client.acting.orders import Order
from llama.client.acting.remaking import Remaking
from llama.domain.digests import digest_bytes
from llama.domain.work import Task
from llama.ports.runner import Runner, RunOutcome
from schemas.files import FileContent
from tests.support.facts import EVENT, a_pipeline
from tests.support.memory_system import MemorySystem, ScriptedRunner, made_from
from tests.support.notices import a_notice

GRAPH = "alert -> skymap -> plot"
FOLLOWERS = ("dependency_resolver", "versioning", "projection")
BY_HAND = b"by hand"


@dataclass(slots=True)
class HeldRunner:
    """Holds the runs of one handler for ever, and says which were killed."""

    handler: str = "skymap"
    held: list[str] = field(default_factory=list[str])
    killed: list[str] = field(default_factory=list[str])

    async def run(self, task: Task) -> RunOutcome:
        if task.handler.name != self.handler:
            return made_from(task)
        self.held.append(task.need)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.killed.append(task.need)
            raise
        raise AssertionError("nobody sets this event")


def a_system(runner: Runner | None = None, *, cool_down_s: float = 2.0) -> MemorySystem:
    manifest = a_pipeline(GRAPH)
    fields = {"cool_down_s": cool_down_s}
    patient = tuple(spec.model_copy(update=fields) for spec in manifest.handlers)
    return MemorySystem.of(
        manifest.model_copy(update={"handlers": patient}),
        clock=SystemClock(),
        runner=runner or ScriptedRunner(),
    )


@asynccontextmanager
async def settled(runner: Runner | None = None) -> AsyncGenerator[MemorySystem]:
    """Keep a system alive, with an event whose files are made as far as they can be."""
    system = a_system(runner)
    async with system.living():
        await system.settled(a_notice())
        yield system


def acts_on(system: MemorySystem) -> Acts:
    return Acts(system.log, system.records, system.ledger, system.models, system.clock)


def remaking_on(system: MemorySystem) -> Remaking:
    return Remaking(acts_on(system), system.ingestion())


def an_order(system: MemorySystem, request: str = "r1", *, event: str = EVENT) -> Order:
    return Order(event, request, system.clock.now(), by="ada", reason="a glitch")


async def statuses(system: MemorySystem) -> dict[str, str]:
    return {row.handler: row.status for row in await system.models.files(EVENT)}


def kinds(system: MemorySystem) -> list[str]:
    return [fact.kind for fact in system.facts()]


def a_content(file: str = "skymap.json", text: bytes = BY_HAND) -> FileContent:
    digest = digest_bytes(text)
    return FileContent(file=file, digest=digest, size=len(text), aspects={"whole": digest})


async def followed() -> MemorySystem:
    """Return a system that only does what it is told to, with a notice read by all."""
    system = a_system()
    await system.send(a_notice())
    for _ in range(2):  # The notice, then the adoption in answer to it.
        await system.follow("trigger_ingest", *FOLLOWERS)
    return system
