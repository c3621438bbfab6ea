"""Gives services their adapters: the one place in this room that chooses technologies."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self

import structlog

from llama.adapters.artifacts import DiskArtifacts
from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.subscription import KafkaSubscription, Share
from llama.adapters.kafka.topics import ensure_topics
from llama.adapters.outlets.folder import FolderCarrier
from llama.adapters.outlets.kafka import KafkaCarrier
from llama.adapters.postgres import (
    PostgresGenerations,
    PostgresLedger,
    PostgresOutbox,
    PostgresReadModels,
    PostgresTaskQueue,
    PostgresTimerQueue,
    connect,
)
from llama.adapters.system_clock import SystemClock
from llama.domain.pipeline import Handlers
from llama.ports.outlet import Carrier
from llama.runtime.addresses import Addresses, find_addresses, write_atomically
from llama.runtime.consuming import Subscribe
from llama.runtime.lifecycle import die_with_parent, run_until_stopped
from llama.runtime.logs import configure_logs
from llama.runtime.patience import persist
from llama.runtime.pipelines import load_pipeline
from llama.runtime.settings import Settings, read_settings
from schemas.topics import TOPICS, Topic

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
"""Between two tries of a service that fails: it fails for a reason that somebody must look at."""

_log = structlog.get_logger()


class Wiring:
    """The adapters of one process, shared by the services that it hosts."""

    ledger: PostgresLedger
    ledger_of_views: PostgresLedger
    """For whoever writes nothing but what the log can rebuild: it does not wait for the disk."""
    queue: PostgresTaskQueue
    timers: PostgresTimerQueue
    models: PostgresReadModels
    generations: PostgresGenerations
    log: KafkaLog
    outbox: PostgresOutbox

    def __init__(self, settings: Settings, *, process: str) -> None:
        self.settings = settings
        self.process = process
        self.addresses: Addresses = find_addresses(settings)
        self.clock = SystemClock()
        self.artifacts = DiskArtifacts(settings.artifacts_folder)
        self.handlers: Handlers = load_pipeline(settings.pipeline)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        kafka = self.addresses.kafka
        await persist("checking topics", lambda: ensure_topics(kafka, TOPICS))
        url, role = self.addresses.database_url, self.settings.database_role
        pool = await persist("connecting", lambda: connect(url, role=role))
        self._stack.push_async_callback(pool.close)
        self.ledger = PostgresLedger(pool)
        self.ledger_of_views = PostgresLedger(pool, waits_for_disk=False)
        self.queue = PostgresTaskQueue(pool)
        self.timers = PostgresTimerQueue(pool)
        self.outbox = PostgresOutbox(pool)
        self.models = PostgresReadModels(pool)
        self.generations = PostgresGenerations(pool)
        self.log = await self._stack.enter_async_context(
            KafkaLog(kafka, client_id=f"llama.{self.process}")
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    def subscribe(
        self, consumer: str, topics: Sequence[Topic], *, max_records: int = 500
    ) -> Subscribe:
        """Return how a consumer opens its share of some topics, from where it stopped."""

        async def positions(topic: str) -> Mapping[int, int]:
            return await self.ledger.positions(consumer, topic)

        return lambda: KafkaSubscription(
            self.addresses.kafka,
            topics,
            consumer=consumer,
            positions=positions,
            share=Share(self.settings.instance, self.settings.instances),
            max_records=max_records,
        )

    @asynccontextmanager
    async def carrier(self) -> AsyncGenerator[Carrier]:
        """Open the way to the world that LLAMA_OUTLET names."""
        outlet = self.settings.outlet
        if outlet == "folder":
            yield FolderCarrier(self.settings.outbox_folder)
            return
        server = outlet.removeprefix("kafka").removeprefix("://") or self.addresses.kafka
        async with KafkaCarrier(server, client_id=f"llama.{self.process}.outlet") as carrier:
            yield carrier

    def is_ready(self, service: str) -> None:
        """Say that a service has begun to work."""
        path = self.settings.run_folder / f"{service}.ready"
        write_atomically(path, f"{self.clock.now().isoformat()}\n")
        _log.info("service_ready", ready=service)

    def is_not_ready(self, service: str) -> None:
        """Say that a service does not work (any more)."""
        (self.settings.run_folder / f"{service}.ready").unlink(missing_ok=True)


Serve = Callable[[Wiring], Awaitable[None]]


def run(process: str, services: Mapping[str, Serve]) -> None:
    """Run services in this process until it is told to stop or one of them fails."""
    die_with_parent()
    configure_logs(process)
    settings = read_settings()

    async def live() -> None:
        async with Wiring(settings, process=process) as wiring, asyncio.TaskGroup() as group:
            for name, serve in services.items():
                group.create_task(_serve(name, serve, wiring))

    run_until_stopped(live)


async def _serve(name: str, serve: Serve, wiring: Wiring) -> None:
    """Serve for ever; what fails is started again by itself, so that its siblings go on."""
    pause = FIRST_PAUSE_S
    while True:
        try:
            await serve(wiring)
        except Exception:  # noqa: BLE001 - whatever it is, it must not stop the siblings
            _log.exception("service_failed", failed=name, again_in_s=pause)
        wiring.is_not_ready(name)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)
