"""Gives services their adapters: the one place in this room that chooses technologies."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from copy import copy
from types import TracebackType
from typing import Self

import structlog

from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.subscription import KafkaSubscription, Share
from llama.adapters.kafka.topics import ensure_topics
from llama.adapters.kept_artifacts import KeptArtifacts
from llama.adapters.outlets.folder import FolderCarrier
from llama.adapters.outlets.kafka import KafkaCarrier
from llama.adapters.outlets.webhook import WebhookCarrier
from llama.adapters.postgres import (
    PostgresCensus,
    PostgresGenerations,
    PostgresLedger,
    PostgresOutbox,
    PostgresPauses,
    PostgresReadModels,
    PostgresSourceBook,
    PostgresTaskQueue,
    PostgresTimerQueue,
    connect,
)
from llama.adapters.sources.opening import opening_of
from llama.adapters.system_clock import SystemClock
from llama.domain.alarms import ALARMS, TEST_ALARMS
from llama.domain.health import PULSE
from llama.domain.pipeline import Handlers
from llama.domain.sources.kinds import AlertSource
from llama.ports.message_log import MessageLog
from llama.ports.outlet import Carrier
from llama.ports.telemetry import Telemetry
from llama.runtime.addresses import Addresses, find_addresses, write_atomically
from llama.runtime.bringing import Bringer
from llama.runtime.consuming import Subscribe
from llama.runtime.lifecycle import die_with_parent, run_until_stopped
from llama.runtime.logs import configure_logs
from llama.runtime.metering import MeteredLog, WatchedFeed, metered
from llama.runtime.patience import persist
from llama.runtime.pipelines import load_pipeline
from llama.runtime.recollection import Recollection
from llama.runtime.rhythm import Rhythm
from llama.runtime.settings import Settings, read_settings
from llama.runtime.sources import sources_of
from llama.runtime.vitals import CONSUMING_WITHIN_S, PULSE_WITHIN_S, Loop, pulsing
from llama.runtime.watching_sources import Watch
from schemas.topics import TOPICS, Topic
from services.watchers import Watchers

CONSUMING = "consuming"
"""What the loop over a topic is called."""
MOST_GATHERED = 4000
"""Records that are handled together at the most, where nobody waits for them."""
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
"""Between two tries of a service that fails: it fails for a reason that somebody must look at."""

_log = structlog.get_logger()


class Wiring:
    """The adapters of one process, shared by the services that it hosts."""

    ledger: PostgresLedger
    ledger_of_folds: PostgresLedger
    """For whoever folds the log, which tells it all again: it does not wait for the disk."""
    queue: PostgresTaskQueue
    timers: PostgresTimerQueue
    models: PostgresReadModels
    generations: PostgresGenerations
    log: MessageLog
    outbox: PostgresOutbox
    pauses: PostgresPauses
    census: PostgresCensus
    telemetry: Telemetry
    """Of the service that this wiring is for."""
    book: PostgresSourceBook

    def __init__(self, settings: Settings, *, process: str, watchers: Watchers) -> None:
        self.settings = settings
        self.process = process
        self.service = process
        self.watchers = watchers
        self.addresses: Addresses = find_addresses(settings)
        self.clock = SystemClock()
        self.artifacts = KeptArtifacts(settings.artifacts_folder)
        self.lately = Recollection()
        self.rhythm = Rhythm()
        self.handlers: Handlers = load_pipeline(settings.pipeline)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        kafka = self.addresses.kafka
        watch = self.watchers.vitals.loop(name=PULSE, within_s=PULSE_WITHIN_S)
        await persist("checking topics", lambda: ensure_topics(kafka, TOPICS), watch=watch)
        self._stack.callback(self.artifacts.close)
        url, role = self.addresses.database_url, self.settings.database_role
        pool = await persist("connecting", lambda: connect(url, role=role), watch=watch)
        self._stack.push_async_callback(pool.close)
        self.ledger = PostgresLedger(pool)
        self.ledger_of_folds = PostgresLedger(pool, waits_for_disk=False)
        self.queue = PostgresTaskQueue(pool)
        self.timers = PostgresTimerQueue(pool)
        self.outbox = PostgresOutbox(pool)
        self.pauses = PostgresPauses(pool)
        self.census = PostgresCensus(pool)
        self.book = PostgresSourceBook(pool)
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

    def hosting(self, service: str) -> Self:
        """Return the wiring for one of the services: it is counted and watched by its name."""
        own = copy(self)
        own.service = service
        own.telemetry = self.watchers.metrics.of(service)
        own.log = MeteredLog(self.log, own.telemetry)
        return own

    def watch(self, loop: str = CONSUMING, *, within_s: float | None = CONSUMING_WITHIN_S) -> Loop:
        """Return what a loop of the service tells how it gets on; None: it may be silent."""
        return self.watchers.vitals.loop(self.service, name=loop, within_s=within_s)

    def subscribe(
        self,
        consumer: str,
        topics: Sequence[Topic],
        *,
        max_records: int = 500,
        hurried: bool = True,
    ) -> Subscribe:
        """Return how a consumer opens its share of topics.

        `hurried`: somebody waits for what it does. All others take more together, in rounds.
        """

        async def positions(topic: str) -> Mapping[int, int]:
            return await self.ledger.positions(consumer, topic)

        watch, telemetry = self.watch(), self.telemetry
        share = Share(self.settings.instance, self.settings.instances)

        def subscribe() -> KafkaSubscription:
            subscription = KafkaSubscription(
                self.addresses.kafka,
                topics,
                consumer=consumer,
                positions=positions,
                share=share,
                max_records=max_records if hurried else MOST_GATHERED,
            )
            if not hurried:
                subscription.gathering(self.rhythm.until)
            return subscription.telling(WatchedFeed(watch, telemetry))

        return metered(subscribe, watch=watch, telemetry=telemetry, time_s=time.monotonic)

    def bringers(self) -> Sequence[Bringer]:
        """Return what reads this instance's share of the sources that LLAMA_SOURCES names."""
        mine = sources_of(self.settings)[self.settings.instance :: self.settings.instances]
        return [self._bringer(source) for source in mine]

    def _bringer(self, source: AlertSource) -> Bringer:
        return Bringer(
            source=source,
            open=opening_of(source),
            log=self.log,
            ledger=self.ledger,
            book=self.book,
            clock=self.clock,
            watch=Watch(source, self.log, self.book, self.clock, self.watch(within_s=None)),
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

    def carriers_of_alarms(self) -> Mapping[str, Carrier]:
        """Return who brings alarms to people, by topic: without a webhook it is a dry run.

        Misconfigured if the webhook is none: it is better known now than when one is needed.
        """
        nobody = FolderCarrier(self.settings.outbox_folder)
        if not self.settings.webhook_file:
            return {ALARMS: nobody, TEST_ALARMS: nobody}
        webhook = WebhookCarrier(self.settings.webhook_file)
        webhook.checked()
        return {ALARMS: webhook, TEST_ALARMS: webhook if self.settings.webhook_tests else nobody}

    def is_ready(self, service: str) -> None:
        """Say that a service has begun to work."""
        self.watchers.vitals.begun(service)
        path = self.settings.run_folder / f"{service}.ready"
        write_atomically(path, f"{self.clock.now().isoformat()}\n")
        _log.info("service_ready", ready=service)

    def is_not_ready(self, service: str, why: str) -> None:
        """Say that a service does not work (any more), and why."""
        self.watchers.vitals.ended(service, why)
        (self.settings.run_folder / f"{service}.ready").unlink(missing_ok=True)


Serve = Callable[[Wiring], Awaitable[None]]


def run(process: str, services: Mapping[str, Serve]) -> None:
    """Run services in this process until it is told to stop or one of them fails."""
    die_with_parent()
    settings = read_settings()
    configure_logs(process, settings.log)
    watchers = Watchers.of(list(services), settings)

    async def live() -> None:
        wired = Wiring(settings, process=process, watchers=watchers)
        async with pulsing(watchers.vitals), wired as wiring, asyncio.TaskGroup() as group:
            for name, serve in services.items():
                group.create_task(_serve(name, serve, wiring.hosting(name)))

    with watchers.answering(process):
        run_until_stopped(live)


async def _serve(name: str, serve: Serve, wiring: Wiring) -> None:
    """Serve for ever; what fails is started again by itself, so that its siblings go on."""
    structlog.contextvars.bind_contextvars(service=name)
    pause, why = FIRST_PAUSE_S, "it has ended, and is started again"
    while True:
        try:
            await serve(wiring)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the siblings
            _log.exception("service_failed", failed=name, again_in_s=pause)
            why = f"it failed, and is started again: {_innermost(error)}"
        wiring.is_not_ready(name, why)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


def _innermost(error: BaseException) -> str:
    """Say what happened: of errors that came together, the first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
