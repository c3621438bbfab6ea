"""PostgreSQL for tests: a server once per session, a fresh database for every test.

Import the fixtures into a conftest: `from tests.support.postgres import postgres_18, ...`.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from llama.adapters.memory.census import MemoryCensus
from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.outbox import MemoryOutbox
from llama.adapters.memory.pauses import MemoryPauses
from llama.adapters.memory.store import MemoryStore
from llama.adapters.memory.tasks import MemoryTaskQueue
from llama.adapters.memory.timers import MemoryTimerQueue
from llama.adapters.memory.views import MemoryReadModels
from llama.adapters.postgres import (
    PostgresCensus,
    PostgresLedger,
    PostgresOutbox,
    PostgresPauses,
    PostgresReadModels,
    PostgresTaskQueue,
    PostgresTimerQueue,
    connect,
    migrate,
)
from llama.adapters.system_clock import SystemClock
from llama.embedded.postgres import EmbeddedPostgres
from llama.ports.census import Census
from llama.ports.ledger import Ledger
from llama.ports.outlet import Outbox, Pauses
from llama.ports.projections import ReadModels
from llama.ports.tasks import TaskQueue
from llama.ports.timers import TimerQueue

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
FAST = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}
"""A test's data need not survive anything."""


@asynccontextmanager
async def postgres_server(programs: Path | None = None) -> AsyncGenerator[EmbeddedPostgres]:
    """Run a server on a new folder; give it, so that a test may stop and start it."""
    with reachable_folder() as folder:
        server = EmbeddedPostgres(folder / "data", programs=programs, settings=FAST)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()


@contextmanager
def reachable_folder() -> Generator[Path]:
    """Give a temporary folder that everybody may enter, so that root's PostgreSQL may, too."""
    # Not where TMPDIR says: that is often a folder of one user's own.
    folder = Path(tempfile.mkdtemp(prefix="llama-", dir="/tmp")).resolve()
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@dataclass(slots=True)
class Databases:
    """A server whose database `llama` has the newest schema, as a template for others."""

    server: EmbeddedPostgres
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @asynccontextmanager
    async def fresh(self, *, template: str = "llama") -> AsyncGenerator[str]:
        """Make a database for one test, by default with the schema; drop it afterwards."""
        name = f"test_{next(self._numbers)}"
        await self._execute(f"create database {name} template {template}")
        yield self.server.dsn_of(name)
        await self._execute(f"drop database {name} with (force)")

    async def _execute(self, sql: str) -> None:
        connection = await asyncpg.connect(self.server.dsn_of("postgres"))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_18() -> AsyncGenerator[Databases]:
    """Run the PostgreSQL that is embedded."""
    async with postgres_server() as server:
        await migrate(server.dsn)
        yield Databases(server)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_15() -> AsyncGenerator[Databases]:
    """Run the oldest PostgreSQL that is served: Debian 12's."""
    if not (DEBIAN_15 / "postgres").exists():
        reason = f"no PostgreSQL 15 in {DEBIAN_15}: apt-get install postgresql-15"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    async with postgres_server(DEBIAN_15) as server:
        await migrate(server.dsn)
        yield Databases(server)


@pytest.fixture(params=["postgres_18", "postgres_15"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Go through every PostgreSQL that is served."""
    return request.getfixturevalue(request.param)


@pytest.fixture
async def database_dsn(databases: Databases) -> AsyncGenerator[str]:
    """Make a database with the newest schema."""
    async with databases.fresh() as dsn:
        yield dsn


@dataclass(frozen=True, slots=True)
class Persistence:
    """The ports of one database; what is called `other` is that of another process."""

    ledger: Ledger
    queue: TaskQueue
    other_queue: TaskQueue
    models: ReadModels
    timers: TimerQueue
    other_timers: TimerQueue
    outbox: Outbox
    other_outbox: Outbox
    pauses: Pauses
    other_pauses: Pauses
    census: Census


@pytest.fixture(params=["memory", "postgres_18", "postgres_15"])
def databases_or_memory(request: pytest.FixtureRequest) -> Databases | None:
    """Go through every PostgreSQL that is served, and None for memory."""
    return None if request.param == "memory" else request.getfixturevalue(request.param)


@pytest.fixture
async def persistence(databases_or_memory: Databases | None) -> AsyncGenerator[Persistence]:
    """Make ledger, queues and read models, in memory and in every PostgreSQL."""
    if databases_or_memory is None:
        yield memory_persistence()
        return
    async with (
        databases_or_memory.fresh() as dsn,
        await connect(dsn) as database,
        await connect(dsn) as other,
    ):
        yield Persistence(
            PostgresLedger(database),
            PostgresTaskQueue(database),
            PostgresTaskQueue(other),
            PostgresReadModels(database),
            PostgresTimerQueue(database),
            PostgresTimerQueue(other),
            PostgresOutbox(database),
            PostgresOutbox(other),
            PostgresPauses(database),
            PostgresPauses(other),
            PostgresCensus(database),
        )


def memory_persistence() -> Persistence:
    """Return ports on a new store in memory."""
    store = MemoryStore(SystemClock())
    outbox, pauses = MemoryOutbox(store.clock), MemoryPauses(store)
    return Persistence(
        MemoryLedger(store),
        MemoryTaskQueue(store),
        MemoryTaskQueue(store),
        MemoryReadModels(store),
        MemoryTimerQueue(store),
        MemoryTimerQueue(store),
        outbox,
        outbox,
        pauses,
        pauses,
        MemoryCensus(store, outbox),
    )
