"""A PostgreSQL of its own that dies in the middle of things, and is started again."""

import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import psutil

from llama.adapters.postgres import migrate
from llama.embedded.postgres import EmbeddedPostgres
from tests.support.postgres import reachable_folder

LOSING = {
    "autovacuum": "off",
    "fsync": "off",
    "wal_buffers": "16MB",
    "wal_writer_delay": "10s",
    "wal_writer_flush_after": "1GB",
}
"""What is committed without waiting stays in the server's memory until it dies with it. The kernel
lives on, and it has what was written: no need to sync."""


@dataclass(frozen=True, slots=True)
class CrashingServer:
    """A server, and ways to have it die."""

    server: EmbeddedPostgres

    def die(self, how: str) -> None:
        """End at once: `kill` takes all processes, `immediate` is PostgreSQL's own word."""
        if self.server.pid is None:
            raise AssertionError("the server is dead already")
        first = psutil.Process(self.server.pid)
        others = first.children(recursive=True)
        if how == "immediate":
            first.send_signal(signal.SIGQUIT)
        else:
            # The first one first: it would see its children die, and begin anew by itself.
            for process in (first, *others):
                with suppress(psutil.NoSuchProcess):
                    os.kill(process.pid, signal.SIGKILL)
        first.wait(timeout=20)

    async def rise(self) -> None:
        """Start again; the server recovers what it had written."""
        await self.server.stop()
        await self.server.start()


@asynccontextmanager
async def a_crashing_server() -> AsyncGenerator[CrashingServer]:
    """Run a server with the newest schema that writes late what need not be on the disk at once."""
    with reachable_folder() as folder:
        server = EmbeddedPostgres(folder / "data", settings=LOSING)
        try:
            await server.start()
            await migrate(server.dsn)
            yield CrashingServer(server)
        finally:
            await server.stop()
