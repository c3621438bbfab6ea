"""The whole system on one machine: servers, services, workers; one lock, one way to stop."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

import structlog

from llama.adapters.kafka.topics import ensure_topics
from llama.adapters.postgres import migrate
from llama.domain.errors import LlamaError, Misconfigured, Unavailable
from llama.embedded.children import Child
from llama.embedded.ports import free_port, same_port
from llama.embedded.postgres import EmbeddedPostgres
from llama.runtime.addresses import (
    Addresses,
    addresses_file,
    health_addresses,
    health_of,
    write_atomically,
)
from llama.runtime.deployment import (
    deployment_of,
    keep_deployment,
    last_deployment,
    started_in_words,
)
from llama.runtime.lock import hold_lock
from llama.runtime.settings import OFF, Settings
from schemas.topics import TOPICS

LIGHT = (
    *("trigger_ingest", "dependency_resolver", "versioning", "projection", "announcing"),
    "gateway",
)
"""Services that wait for messages most of the time: on a laptop they share a process."""
WORKER = "handler_worker"
MONITOR = "stream_monitor"
"""A process of its own, if at all: Faust takes as much memory as several of the light ones."""
ROLES: Mapping[str, str] = MappingProxyType(
    {
        "trigger_ingest": "llama_ingest",
        "dependency_resolver": "llama_resolver",
        "handler_worker": "llama_worker",
        "versioning": "llama_versioning",
        "projection": "llama_projection",
        "announcing": "llama_announcing",
        "gateway": "llama_gateway",
        "stream_monitor": "llama_monitor",
    }
)
"""A process of several services has the owner's: no role may write the tables of all of them."""
START_DEADLINE_S = 60.0
"""A laptop under load takes seconds; after a minute something is wrong."""
HOPELESS_RESTARTS = 4
"""While starting: what fails this often in a row will not be cured by another try."""
LOOK_EVERY_S = 0.02
WATCH_EVERY_S = 0.5
"""How soon a dead PostgreSQL is noticed."""

_ONLY_OURS: Final = {"PYTHONSAFEPATH": "1"}
"""What lies in the current folder must not take the place of a module of this project."""

_log = structlog.get_logger()
Tell = Callable[[str], None]
"""Shows a line of progress."""


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Starts everything, watches over it, and stops it in the reverse order."""

    settings: Settings
    separate: bool
    tell: Tell

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Addresses]:
        """Run the system within the block; Misconfigured if it runs already."""
        with hold_lock(self.settings):
            _sweep(self.settings.run_folder)
            self._deploy()
            async with AsyncExitStack() as stack:
                # What is entered first is left last: the servers outlive the services.
                database_url = await self._postgres(stack)
                group = await stack.enter_async_context(_Children())
                kafka = await self._broker(group)
                http = _with_port(self.settings.http)
                addresses = Addresses(kafka=kafka, database_url=database_url, http=http)
                await ensure_topics(kafka, TOPICS)
                await migrate(database_url)
                write_atomically(addresses_file(self.settings), addresses.model_dump_json())
                stack.callback(addresses_file(self.settings).unlink, missing_ok=True)
                await self._services(group, addresses)
                self.tell(f"gateway at http://{http}")
                yield addresses
                self.tell("stopping")

    def _deploy(self) -> None:
        """Tell which pipeline is started, and keep it for those who ask later."""
        deployment = deployment_of(self.settings)
        self.tell(started_in_words(deployment, last_deployment(self.settings)))
        keep_deployment(self.settings, deployment)

    async def _postgres(self, stack: AsyncExitStack) -> str:
        if self.settings.database_url:
            return self.settings.database_url
        server = EmbeddedPostgres(self.settings.home / "postgres")
        dsn = await stack.enter_async_context(server)
        watching = asyncio.ensure_future(_keep_running(server))
        stack.push_async_callback(_cancel, watching)
        self.tell("PostgreSQL (embedded) is ready")
        return dsn

    async def _broker(self, group: "_Children") -> str:
        if self.settings.kafka:
            return self.settings.kafka
        data = self.settings.home / "broker"
        port = same_port(data / "port")
        port_file = self.settings.run_folder / "broker.port"
        # The port is chosen here, so that a broker that was started again is found again.
        command = [
            *(sys.executable, "-m", "llama.embedded.broker"),
            *("--data", str(data)),
            *("--port", str(port), "--port-file", str(port_file)),
            # Acknowledged means durable, also when the power fails: PostgreSQL keeps to it too.
            *("--fsync", "--die-with-parent"),
        ]
        group.keep(self._child("broker", command, os.environ | _ONLY_OURS))
        await group.wait_for(port_file, "the embedded broker")
        self.tell(f"embedded broker (for laptops and tests) is ready at 127.0.0.1:{port}")
        return f"127.0.0.1:{port}"

    async def _services(self, group: "_Children", addresses: Addresses) -> None:
        environment = self._environment(addresses)
        for number, (name, arguments) in enumerate(self._processes().items()):
            command = [sys.executable, "-m", *arguments]
            own = {**self._role(name), "LLAMA_HEALTH": health_of(self.settings, number)}
            group.keep(self._child(name, command, {**environment, **own}))
        services = (*LIGHT, WORKER, *self._monitor())
        for service in services:
            path = self.settings.run_folder / f"{service}.ready"
            await group.wait_for(path, service)
        processes = len(self._processes())
        self.tell(f"{len(services)} services are ready in {processes} processes")
        if asked := [f"http://{one}/readyz" for one in health_addresses(self.settings)]:
            self.tell(f"their health: {', '.join(asked)}")

    def _processes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the module, and its arguments, of every process of services."""
        heavy = {name: (f"services.{name}",) for name in (WORKER, *self._monitor())}
        if self.separate:
            return {name: (f"services.{name}",) for name in LIGHT} | heavy
        return {"services": ("services", *LIGHT)} | heavy

    def _monitor(self) -> tuple[str, ...]:
        if self.settings.monitor == OFF:
            return ()
        if find_spec("faust") is None:
            raise Misconfigured(
                "LLAMA_MONITOR=on runs the stream monitor, which reads with Faust: "
                "install llama-gwhen[monitor], or set LLAMA_MONITOR=off"
            )
        return (MONITOR,)

    def _role(self, process: str) -> Mapping[str, str]:
        """Return what a process may do in the embedded database: what its only service needs."""
        named = self.settings.database_role or self.settings.database_url
        return {} if named or process not in ROLES else {"LLAMA_DATABASE_ROLE": ROLES[process]}

    def _environment(self, addresses: Addresses) -> dict[str, str]:
        return {
            **os.environ,
            **_ONLY_OURS,
            "LLAMA_HOME": str(self.settings.home),
            "LLAMA_KAFKA": addresses.kafka,
            "LLAMA_DATABASE_URL": addresses.database_url,
            "LLAMA_HTTP": addresses.http,
            "LLAMA_NEUTRINOS": self.settings.neutrinos,
            "LLAMA_EXTERNAL_TRIGGERS": self.settings.external_triggers,
            "LLAMA_OUTLET": self.settings.outlet,
            "PYTHONUNBUFFERED": "1",
            # Libraries write their caches where they are told to, or into the user's home.
            "MPLCONFIGDIR": str(self.settings.home / "cache" / "matplotlib"),
            "XDG_CACHE_HOME": str(self.settings.home / "cache"),
            "XDG_CONFIG_HOME": str(self.settings.home / "cache"),
        }

    def _child(self, name: str, command: list[str], environment: Mapping[str, str]) -> Child:
        home = self.settings.home
        return Child(name, command, environment, self.settings.run_folder, home / "log")


class _Children:
    """The children of a supervisor: kept alive within the block, stopped newest first."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._children: list[Child] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def keep(self, child: Child) -> None:
        """Keep a child alive from now on."""
        self._children.append(child)
        keeping = asyncio.ensure_future(child.keep_alive())
        self._stack.push_async_callback(_cancel, keeping)

    async def wait_for(self, path: Path, what: str) -> None:
        """Wait for the file by which something says that it is ready; Unavailable if it fails."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + START_DEADLINE_S
        while not path.exists():
            self._refuse_crash_loops()
            if loop.time() > deadline:
                raise Unavailable(f"{what} was not ready within {START_DEADLINE_S:.0f} s")
            await asyncio.sleep(LOOK_EVERY_S)

    def _refuse_crash_loops(self) -> None:
        for child in self._children:
            if child.restarts >= HOPELESS_RESTARTS:
                raise Unavailable(
                    f"{child.name} does not start; its last words, in {child.log_file}:\n"
                    f"{child.last_words()}"
                )


async def _keep_running(server: EmbeddedPostgres) -> None:
    """Start PostgreSQL again when it has died; whoever needs it waits for it meanwhile."""
    while True:
        await asyncio.sleep(WATCH_EVERY_S)
        if not server.is_running:
            _log.warning("process_ended", name="postgres")
            try:
                await server.stop()
                await server.start()
            except LlamaError as error:
                _log.error("postgres_not_started", error=str(error))


async def _cancel(keeping: "asyncio.Future[None]") -> None:
    keeping.cancel()
    await asyncio.wait([keeping])


def _with_port(http: str) -> str:
    """Choose the gateway's port here, so that it keeps its address when it is started again."""
    host, _, port = http.rpartition(":")
    return f"{host}:{free_port()}" if port == "0" else http


def _sweep(run_folder: Path) -> None:
    """Remove what an earlier run has left: its addresses are nobody's now."""
    for pattern in ("*.ready", "*.pid", "*.port", "*.address", "addresses.json"):
        for path in run_folder.glob(pattern):
            path.unlink()
