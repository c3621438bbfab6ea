"""What a fact costs each service that consumes it: `python -m benchmarks.consumers`.

A log of events of twelve files, whose artifacts are there, is written to an embedded broker; then
each service reads it from zero, one after the other, into an embedded PostgreSQL. With `--every`
the service is there first and the facts come one by one, so many milliseconds apart, as they do
while pipelines are at work. Figures are CPU: on a machine that others use, too, the clock says
little. One line of JSON for each service on stdout.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.projector import broker, cpu_of, database, family
from llama.adapters.artifacts import DiskArtifacts
from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.topics import ensure_topics
from llama.adapters.postgres import PostgresLedger, connect
from llama.domain.contents import brought_by
from llama.domain.digests import canonical_json, digest_bytes
from schemas.facts import Fact
from schemas.topics import FACTS_TOPIC, TOPICS
from tests.support.busy_log import busy_log

SERVICES = ("projection", "versioning", "announcing")
LOOK_EVERY_S = 0.1
DEADLINE_S = 600.0
TEXTS = 3
"""How many contents the busy log has for a file of an event."""


def main() -> int:
    """Write a log, have each service read it, and say what that cost."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.consumers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--events", type=int, default=100, help="about 22 facts each")
    parser.add_argument("--every", type=float, default=0.0, help="ms between facts; 0: all at once")
    parser.add_argument("--rest", type=float, default=0.0, help="measure so many seconds of rest")
    parser.add_argument("--services", nargs="*", default=SERVICES)
    asyncio.run(measure(parser.parse_args()))
    return 0


async def measure(options: argparse.Namespace) -> None:
    """Measure service by service, each with servers of its own."""
    facts = list(busy_log(options.events))
    for service in options.services:
        with tempfile.TemporaryDirectory() as folder, broker(Path(folder)) as (kafka, broker_id):
            await keep_contents(DiskArtifacts(Path(folder) / "artifacts"), facts)
            await ensure_topics(kafka, TOPICS)
            async with database() as (server, dsn):
                scene = Scene(Path(folder), kafka, dsn, service, (server, broker_id or server))
                figures = await scene.read(facts, options)
        told = {"benchmark": "consumers", "service": service, "facts": len(facts)}
        print(json.dumps({**told, "every_ms": options.every, **figures}), flush=True)


async def keep_contents(artifacts: DiskArtifacts, facts: Sequence[Fact]) -> None:
    """Keep the bytes of all files of a busy log."""
    for fact in facts:
        texts = [fact.id, *(f"{fact.event} {number}" for number in range(TEXTS))]
        for one in brought_by(fact):
            contents = (canonical_json([one.file, text]) for text in texts)
            await artifacts.put(
                next(bytes_ for bytes_ in contents if digest_bytes(bytes_) == one.digest)
            )


@dataclass(frozen=True, slots=True)
class Scene:
    """Servers, and the service that is to read."""

    home: Path
    kafka: str
    dsn: str
    service: str
    servers: tuple[int, int]
    """The processes of PostgreSQL and of the broker."""

    async def read(
        self, facts: Sequence[Fact], options: argparse.Namespace
    ) -> Mapping[str, object]:
        """Have the service read all facts; return what that cost."""
        async with (
            KafkaLog(self.kafka, client_id="benchmark") as log,
            await connect(self.dsn) as pool,
        ):
            if not options.every:
                await log.append(FACTS_TOPIC, facts)
            with self._running() as process:
                while not (self.home / "run" / f"{self.service}.ready").exists():
                    if process.poll() is not None:
                        raise RuntimeError((self.home / "service.log").read_text()[-2000:])
                    await asyncio.sleep(LOOK_EVERY_S)
                rest = await self._rested(process, options.rest)
                before, begun = self._spent(process), time.perf_counter()
                if options.every:
                    await trickle(log, facts, options.every / 1000)
                async with asyncio.timeout(DEADLINE_S):
                    await self._read_all(PostgresLedger(pool), len(facts))
                wall_s = time.perf_counter() - begun
                spent = since(before, self._spent(process))
        each = {name: round(1e3 * cpu_s / len(facts), 3) for name, cpu_s in spent.items()}
        return {**rest, "wall_s": round(wall_s, 1), "cpu_ms_per_fact": each}

    async def _rested(self, process: subprocess.Popen[bytes], seconds: float) -> dict[str, object]:
        before = self._spent(process)
        await asyncio.sleep(seconds)
        spent = since(before, self._spent(process))
        of_a_core = {name: round(100 * cpu_s / (seconds or 1), 2) for name, cpu_s in spent.items()}
        return {"percent_at_rest": of_a_core} if seconds else {}

    async def _read_all(self, ledger: PostgresLedger, facts: int) -> None:
        while sum((await ledger.positions(self.service, FACTS_TOPIC.name)).values()) < facts:
            await asyncio.sleep(LOOK_EVERY_S)

    def _spent(self, process: subprocess.Popen[bytes]) -> dict[str, float]:
        roots = {"service": process.pid, "postgres": self.servers[0], "broker": self.servers[1]}
        return {name: sum(cpu_of(one) for one in family(root)) for name, root in roots.items()}

    @contextmanager
    def _running(self) -> Generator[subprocess.Popen[bytes]]:
        home = {"LLAMA_HOME": str(self.home), "LLAMA_KAFKA": self.kafka}
        with (self.home / "service.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", f"services.{self.service}"],
                env={**os.environ, **home, "LLAMA_DATABASE_URL": self.dsn},
                stdout=log,
                stderr=log,
            )
            try:
                yield process
            finally:
                process.terminate()
                process.wait()


async def trickle(log: KafkaLog, facts: Sequence[Fact], every_s: float) -> None:
    """Write facts one by one, as if time were kept by somebody else."""
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, fact in enumerate(facts):
            await asyncio.sleep(max(0.0, begun + number * every_s - time.perf_counter()))
            group.create_task(written(log, fact))


async def written(log: KafkaLog, fact: Fact) -> None:
    """Write a fact."""
    await log.append(FACTS_TOPIC, [fact])


def since(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """Return how much more there is now than before."""
    return {name: now[name] - before[name] for name in now}


if __name__ == "__main__":
    sys.exit(main())
