"""How fast questions about 100,000 events are answered: `python -m benchmarks.questions`.

Events of twelve files are folded from facts, a few hundred of them; the others are copies of these
with names, times, rates and flags of their own, written by the projection's own statement into an
embedded PostgreSQL (folding 1,300,000 facts would take several minutes). Their files are copied
within the database. Then each question is asked a few hundred times, from different moments. One
line of JSON for each on stdout, progress on stderr; times are wall times of the whole answer.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import median, quantiles

from benchmarks.many_events import NOW, fill
from llama.adapters.postgres import PostgresReadModels, connect, migrate
from llama.adapters.postgres.database import Database
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import ask
from llama.embedded.postgres import EmbeddedPostgres
from tests.support.postgres import reachable_folder

EVENTS = 100_000
TIMES = 300
STARTS = 15
QUESTIONS: Mapping[str, Mapping[str, object]] = {
    "newest 10": {"limit": 10},
    "newest 50": {"limit": 50},
    "has file, not vetoed, modified since T, newest 10": {
        "fileexists": "significance.json",
        "vetoed": False,
        "modafter": "T",
        "limit": 10,
    },
    "same with a rare file": {
        "fileexists": "notice.json",
        "vetoed": False,
        "modafter": "T",
        "limit": 10,
    },
    "young, has handler": {
        "vetoed": False,
        "fhnameexists": "page",
        "sec_since_v0_lt": 86400,
        "limit": 50,
    },
    "rarest rates": {"sortkey": "far", "vetoed": False, "limit": 50},
    "likely neutron stars": {"p_gt": "BNS:0.9", "label": "significant", "limit": 50},
    "failed or obsolete": {"status": "failed", "obsolete": "plot.json", "limit": 50},
    "last modified": {"sortkey": "modtime", "reverse": True, "limit": 50},
    "by name": {"eventid_filter": "S02[0-3]*7a", "limit": 50},
    "everything but": {"invert": True, "flag": "ROLE:observation", "label": "test", "limit": 50},
    "nothing": {"fileexists": "nothing.json", "limit": 10},
}


def main() -> int:
    """Fill a database, and ask."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.questions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--times", type=int, default=TIMES, help="each question is asked")
    parser.add_argument("--seed", type=int, default=4)
    asyncio.run(measure(parser.parse_args()))
    return 0


async def measure(options: argparse.Namespace) -> None:
    """Set the scene, ask everything, and report."""
    with reachable_folder() as folder:
        server = EmbeddedPostgres(folder / "data")
        async with server as dsn:
            await migrate(dsn)
            async with await connect(dsn) as database:
                await fill_anew(database, options)
                await ask_all(database, options)
            listing(dsn, options.events)


async def fill_anew(database: Database, options: argparse.Namespace) -> None:
    """Write the events, and report how long that took."""
    begun = time.perf_counter()
    files = await fill(database, options.events, random.Random(options.seed))
    seconds = round(time.perf_counter() - begun, 1)
    told = {"events": options.events, "files": files, "seconds": seconds}
    report({"measurement": "filling", **told, "load": round(os.getloadavg()[0], 1)})


async def ask_all(database: Database, options: argparse.Namespace) -> None:
    """Ask each question, from different moments, and report how long the answers took."""
    models, chance = PostgresReadModels(database), random.Random(options.seed)
    for name, criteria in QUESTIONS.items():
        seconds: list[float] = []
        rows = 0
        for _ in range(options.times):
            since = NOW - timedelta(seconds=chance.uniform(600, 30 * 86400))
            told = {key: since if value == "T" else value for key, value in criteria.items()}
            begun = time.perf_counter()
            question = ask(Downselection.read(told), now=NOW, size=50)
            page = await models.select(question)
            seconds.append(time.perf_counter() - begun)
            rows = len(page.rows)
        report({"measurement": name, "rows": rows, **figures(seconds)})
    await ask_pages(models, options.times)
    await ask_events(models, options)


async def ask_pages(models: PostgresReadModels, times: int) -> None:
    """Walk through the list, page by page."""
    seconds: list[float] = []
    cursor: str | None = None
    for _ in range(times):
        begun = time.perf_counter()
        page = await models.select(ask(Downselection(), now=NOW, size=50, after=cursor))
        seconds.append(time.perf_counter() - begun)
        cursor = page.next
    report({"measurement": f"each of the first {times} pages of 50", **figures(seconds)})


async def ask_events(models: PostgresReadModels, options: argparse.Namespace) -> None:
    """Ask for the files of single events."""
    names = [row.event for row in await models.events(limit=1000)]
    seconds: list[float] = []
    for number in range(options.times):
        begun = time.perf_counter()
        await models.files(names[number % len(names)])
        seconds.append(time.perf_counter() - begun)
    report({"measurement": "the files of one event", **figures(seconds)})


def listing(dsn: str, events: int) -> None:
    """Run `llama ls`, with Python's start."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "LLAMA_HOME": home,
            "LLAMA_KAFKA": "nowhere:9092",
            "LLAMA_DATABASE_URL": dsn,
        }
        seconds: list[float] = []
        used = cpu_of_children()
        for _ in range(STARTS):
            begun = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "llama.cli", "ls"],
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            seconds.append(time.perf_counter() - begun)
    cpu = round((cpu_of_children() - used) / STARTS, 3)
    told = {"events": events, "times": STARTS, "median_s": round(median(seconds), 3)}
    report({"measurement": "llama ls", **told, "max_s": round(max(seconds), 3), "cpu_s": cpu})


def cpu_of_children() -> float:
    """Return the CPU seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def figures(seconds: Sequence[float]) -> dict[str, float]:
    """Return what is said of times, in milliseconds."""
    cuts = quantiles(seconds, n=100)
    return {
        "times": len(seconds),
        "p50_ms": round(cuts[49] * 1e3, 2),
        "p95_ms": round(cuts[94] * 1e3, 2),
        "p99_ms": round(cuts[98] * 1e3, 2),
        "max_ms": round(max(seconds) * 1e3, 2),
    }


def report(told: Mapping[str, object]) -> None:
    """Print one measurement."""
    print(json.dumps({"benchmark": "questions", **told}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
