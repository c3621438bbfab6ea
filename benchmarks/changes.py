"""What it costs to tell followers of changes: `python -m benchmarks.changes`.

The projection shows facts, a few in each transaction; some clients follow `GET /changes` of a
gateway, a process of its own, over real connections. Every transaction waits until all clients have
got what the one before changed, as in a night with little to do: each wakes up everybody. What is
told is CPU time per change, of the gateway and of PostgreSQL; the latter shows the facts, too. One
line of JSON for each number of clients on stdout.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import psutil
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from llama.adapters.postgres import Database, connect, migrate
from llama.adapters.postgres.following import PostgresFollowing
from llama.adapters.system_clock import SystemClock
from llama.embedded.postgres import EmbeddedPostgres
from llama.ports.message_log import Batch
from schemas.topics import FACTS_TOPIC
from services.gateway.changes import Changes
from tests.support.postgres import reachable_folder
from tests.support.projections import a_log, a_projector

EVENTS = 60
CLIENTS = (1, 16, 50)
TRANSACTIONS = 120
FACTS_AT_ONCE = 3
DEADLINE_S = 120.0
APPLIED = "select count(*) as found from facts where outcome = 'applied'"


def main() -> int:
    """Follow with more and more clients, and say what that costs."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.changes",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--clients", type=int, nargs="+", default=CLIENTS)
    parser.add_argument("--transactions", type=int, default=TRANSACTIONS)
    parser.add_argument("--serve", metavar="DSN", help=argparse.SUPPRESS)
    options = parser.parse_args()
    asyncio.run(serve(options.serve) if options.serve else measure(options))
    return 0


async def serve(dsn: str) -> None:
    """Be the gateway; say at which port."""
    async with await connect(dsn) as database:
        changes = Changes(PostgresFollowing(database), SystemClock())
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        print(listener.getsockname()[1], flush=True)
        app = Starlette(routes=[Route("/changes", changes.stream)])
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
        await uvicorn.Server(config).serve(sockets=[listener])


async def measure(options: argparse.Namespace) -> None:
    """Measure with each number of clients, each time from an empty database."""
    for clients in options.clients:
        with reachable_folder() as folder:
            server = EmbeddedPostgres(folder / "data")
            async with server as dsn:
                await migrate(dsn)
                async with await connect(dsn) as database:
                    with gateway(dsn) as (port, process):
                        watched = (process, psutil.Process(server.pid))
                        told = await follow(database, port, clients, options.transactions, watched)
        print(json.dumps({"benchmark": "changes", "clients": clients, **told}), flush=True)


@contextmanager
def gateway(dsn: str) -> Generator[tuple[int, psutil.Process]]:
    """Run a gateway; give its port and its process."""
    command = [sys.executable, "-m", "benchmarks.changes", "--serve", dsn]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield int((process.stdout or sys.stdin.buffer).readline()), psutil.Process(process.pid)
        finally:
            process.kill()


async def follow(
    database: Database,
    port: int,
    clients: int,
    transactions: int,
    watched: tuple[psutil.Process, psutil.Process],
) -> Mapping[str, object]:
    """Show facts and have them followed; return the figures."""
    async with followers(port, clients) as following:
        projector, batches = a_projector(database), facts_of(EVENTS)
        await projector.handle([next(batches)])
        await everybody(following, await changes_in(database))
        begun, used = time.perf_counter(), [cpu_of(one) for one in watched]
        before, late = await changes_in(database), list[float]()
        for _, batch in zip(range(transactions), batches, strict=False):
            await projector.handle([batch])
            shown = time.perf_counter()
            await everybody(following, await changes_in(database))
            late.append(time.perf_counter() - shown)
        changes = await changes_in(database) - before
        spent = [cpu_of(one) - was for one, was in zip(watched, used, strict=True)]
    return figures(changes, spent, late, time.perf_counter() - begun)


def figures(
    changes: int, spent: Sequence[float], late: Sequence[float], seconds: float
) -> Mapping[str, object]:
    """Return what is said of a run."""
    return {
        "changes": changes,
        "gateway_cpu_ms_per_change": round(1e3 * spent[0] / changes, 2),
        "postgres_cpu_ms_per_change": round(1e3 * spent[1] / changes, 2),
        "median_ms_until_all_know": round(1e3 * sorted(late)[len(late) // 2], 1),
        "seconds": round(seconds, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def facts_of(events: int) -> Iterator[Batch]:
    """Go through a log of facts, a few at once."""
    batches = a_log(events).mixed(FACTS_AT_ONCE)
    return (batch for batch in batches if batch.topic == FACTS_TOPIC.name)


async def changes_in(database: Database) -> int:
    """Return how many changes are shown."""
    async with database.session() as session:
        [row] = await session.run(APPLIED)
    return row["found"]


def cpu_of(process: psutil.Process) -> float:
    """Return the CPU seconds of a process and all that it has started."""
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    ended = process.cpu_times()
    own = sum(one.user + one.system for one in times)
    return own + ended.children_user + ended.children_system


@dataclass(slots=True)
class Follower:
    """A client that counts what it is told."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    told: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def read(self) -> None:
        """Read for ever."""
        while line := await self.reader.readline():
            if line.startswith(b"event: change"):
                async with self.news:
                    self.told += 1
                    self.news.notify_all()

    async def until(self, count: int) -> None:
        """Wait until so much was told."""
        async with self.news:
            await self.news.wait_for(lambda: self.told >= count)


@asynccontextmanager
async def followers(port: int, count: int) -> AsyncGenerator[list[Follower]]:
    """Connect clients, and wait until each stands at its beginning."""
    found: list[Follower] = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /changes HTTP/1.1\r\nHost: gateway\r\n\r\n")
        await reader.readuntil(b": alive\n")
        found.append(Follower(reader, writer))
    tasks = [asyncio.create_task(one.read()) for one in found]
    try:
        yield found
    finally:
        for task, one in zip(tasks, found, strict=True):
            task.cancel()
            one.writer.close()


async def everybody(following: Sequence[Follower], count: int) -> None:
    """Wait until all followers were told so many changes."""
    async with asyncio.timeout(DEADLINE_S):
        await asyncio.gather(*(one.until(count) for one in following))


if __name__ == "__main__":
    sys.exit(main())
