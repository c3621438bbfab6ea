"""Gives a command its adapters, for as long as it runs."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from llama.cli.output import fail
from llama.domain.errors import LlamaError
from llama.runtime.addresses import Addresses, find_addresses
from llama.runtime.settings import Settings, read_settings

if TYPE_CHECKING:
    from llama.adapters.artifacts import DiskArtifacts
    from llama.adapters.git.reader import GitHistoryReader
    from llama.adapters.kafka.log import KafkaLog
    from llama.adapters.kafka.reader import KafkaReader
    from llama.adapters.postgres import PostgresLedger, PostgresReadModels
    from llama.adapters.system_clock import SystemClock

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Session:
    """The adapters that read a system's state."""

    settings: Settings
    addresses: Addresses
    ledger: "PostgresLedger"
    models: "PostgresReadModels"
    artifacts: "DiskArtifacts"
    history: "GitHistoryReader"
    clock: "SystemClock"


@dataclass(frozen=True, slots=True)
class LogSession:
    """The adapters that read and write its log."""

    log: "KafkaLog"
    reader: "KafkaReader"


@asynccontextmanager
async def open_session() -> AsyncGenerator[Session]:
    """Connect to the system that the settings name, or that runs under LLAMA_HOME."""
    # Imported here: a command that only prints its help must not wait for them.
    from llama.adapters.artifacts import DiskArtifacts
    from llama.adapters.git.reader import GitHistoryReader
    from llama.adapters.postgres import PostgresLedger, PostgresReadModels, connect
    from llama.adapters.system_clock import SystemClock

    settings = read_settings()
    addresses = find_addresses(settings)
    async with AsyncExitStack() as stack:
        pool = await connect(addresses.database_url)
        stack.push_async_callback(pool.close)
        yield Session(
            settings,
            addresses,
            PostgresLedger(pool),
            PostgresReadModels(pool),
            DiskArtifacts(settings.artifacts_folder),
            GitHistoryReader(settings.history_folder),
            SystemClock(),
        )


@asynccontextmanager
async def open_log(session: Session) -> AsyncGenerator[LogSession]:
    """Connect to the log of a session's system."""
    from llama.adapters.kafka.log import KafkaLog
    from llama.adapters.kafka.reader import KafkaReader

    kafka = session.addresses.kafka
    async with KafkaLog(kafka, client_id="llama.cli") as log, KafkaReader(kafka) as reader:
        yield LogSession(log, reader)


def in_session(command: Callable[[Session], Awaitable[Result]]) -> Result:
    """Run a command's body with a session; known errors become a line and exit code 1."""

    async def run() -> Result:
        async with open_session() as session:
            return await command(session)

    try:
        return asyncio.run(run())
    except LlamaError as error:
        fail(str(error))
