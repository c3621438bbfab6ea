"""Gives a command its adapters, for as long as it runs."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from llama.cli.output import fail, progress
from llama.domain.errors import LlamaError, NoMoment, NoRevision, Unavailable
from llama.runtime.addresses import Addresses, find_addresses
from llama.runtime.settings import Settings, read_settings

if TYPE_CHECKING:
    from llama.adapters.git.reader import GitHistoryReader
    from llama.adapters.kafka.log import KafkaLog
    from llama.adapters.kafka.reader import KafkaReader
    from llama.adapters.kept_artifacts import KeptArtifacts
    from llama.adapters.postgres import PostgresLedger, PostgresReadModels
    from llama.adapters.system_clock import SystemClock

PATIENCE_S = 20.0
"""A server that was killed is back within seconds; one that is not is told of after this."""
TRY_EVERY_S = 0.25

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Session:
    """The adapters that read a system's state."""

    settings: Settings
    addresses: Addresses
    ledger: "PostgresLedger"
    models: "PostgresReadModels"
    artifacts: "KeptArtifacts"
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
    from llama.adapters.git.reader import GitHistoryReader
    from llama.adapters.kept_artifacts import KeptArtifacts
    from llama.adapters.postgres import PostgresLedger, PostgresReadModels, connect
    from llama.adapters.system_clock import SystemClock

    settings = read_settings()
    addresses = find_addresses(settings)
    async with AsyncExitStack() as stack:
        pool = await patiently(lambda: connect(addresses.database_url))
        stack.push_async_callback(pool.close)
        artifacts = KeptArtifacts(settings.artifacts_folder)
        stack.callback(artifacts.close)
        yield Session(
            settings,
            addresses,
            PostgresLedger(pool),
            PostgresReadModels(pool),
            artifacts,
            GitHistoryReader(settings.history_folder),
            SystemClock(),
        )


@asynccontextmanager
async def open_log(session: Session) -> AsyncGenerator[LogSession]:
    """Connect to the log of a session's system."""
    from llama.adapters.kafka.log import KafkaLog
    from llama.adapters.kafka.reader import KafkaReader

    # What a server's absence means is said by us, once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL + 1)
    kafka = session.addresses.kafka
    async with AsyncExitStack() as stack:
        log = await patiently(
            lambda: stack.enter_async_context(KafkaLog(kafka, client_id="llama.cli"))
        )
        reader = await patiently(lambda: stack.enter_async_context(KafkaReader(kafka)))
        yield LogSession(log, reader)


async def patiently(connect: Callable[[], Awaitable[Result]]) -> Result:
    """Connect to a server that may be starting (again) just now; show that this is waited for."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_S
    shown = False
    while True:
        try:
            return await connect()
        except Unavailable as error:
            if loop.time() > deadline:
                raise
            if not shown:
                progress(f"waiting for a server: {error}")
                shown = True
        await asyncio.sleep(TRY_EVERY_S)


def exit_code_of(error: Exception) -> int:
    """Return how a command ends: with 2 if something was typed wrongly, else with 1."""
    return 2 if isinstance(error, NoMoment | NoRevision) else 1


def in_models(
    command: Callable[["PostgresReadModels", "SystemClock"], Awaitable[Result]],
) -> Result:
    """Run what needs the read models alone, and does not wait for the rest to be imported."""

    async def run() -> Result:
        from llama.adapters.postgres.database import connect
        from llama.adapters.postgres.read_models import PostgresReadModels
        from llama.adapters.system_clock import SystemClock

        address = find_addresses(read_settings()).database_url
        async with await patiently(lambda: connect(address)) as database:
            return await command(PostgresReadModels(database), SystemClock())

    try:
        return asyncio.run(run())
    except LlamaError as error:
        fail(str(error), code=exit_code_of(error))


def in_session(command: Callable[[Session], Awaitable[Result]]) -> Result:
    """Run a command's body with a session; known errors become a line and an exit code."""

    async def run() -> Result:
        async with open_session() as session:
            return await command(session)

    try:
        return asyncio.run(run())
    except LlamaError as error:
        fail(str(error), code=exit_code_of(error))
