"""How long `llama rebuild` takes, and its memory on the way: `python -m benchmarks.rebuild`.

A log of many events of twelve files is written to a broker (the embedded one, or the one that
LLAMA_KAFKA names); then the command, as it is, builds the read models from it in an embedded
PostgreSQL and switches. Time counts from its start to its end. One line of JSON on stdout,
progress on stderr. `--log` reads the facts from files, a line each, instead of generating them,
which for a million takes some minutes.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.projector import broker, chunks, cpu_of, database, family
from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.topics import ensure_topics
from schemas.facts import FACTS, Fact
from schemas.topics import FACTS_TOPIC, TOPICS
from tests.support.busy_log import busy_log

LOOK_EVERY_S = 0.5
SAMPLES = 10


def main() -> int:
    """Write a log, rebuild, and say how fast that was."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rebuild",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--events", type=int, default=2_300, help="about 22 facts each")
    parser.add_argument("--log", type=Path, nargs="*", default=[], help="files of facts")
    asyncio.run(measure(parser.parse_args()))
    return 0


async def measure(options: argparse.Namespace) -> None:
    """Set a scene, run the command, and report."""
    with tempfile.TemporaryDirectory() as folder, broker(Path(folder)) as (kafka, _):
        async with database() as (server, dsn):
            facts = read(options.log) if options.log else busy_log(options.events)
            count = await written(kafka, facts)
            with rebuilding(Path(folder), kafka, dsn) as process:
                watch = Watch(process, server)
                await watch.until_ended()
            print(json.dumps({"benchmark": "rebuild", "facts": count, **watch.figures(count)}))


def read(files: Sequence[Path]) -> Iterator[Fact]:
    """Go through the facts in some files."""
    for path in files:
        with path.open("rb") as lines:
            yield from map(FACTS.validate_json, lines)


async def written(kafka: str, facts: Iterator[Fact]) -> int:
    """Write the log; return how many facts it has."""
    await ensure_topics(kafka, TOPICS)
    count = 0
    async with KafkaLog(kafka, client_id="benchmark") as log:
        for chunk in chunks(facts):
            await log.append(FACTS_TOPIC, chunk)
            count += len(chunk)
    print(f"{count} facts written", file=sys.stderr)
    return count


@contextmanager
def rebuilding(home: Path, kafka: str, dsn: str) -> Generator[psutil.Popen]:
    """Run the command."""
    system = {"LLAMA_HOME": str(home), "LLAMA_KAFKA": kafka, "LLAMA_DATABASE_URL": dsn}
    command = [sys.executable, "-m", "llama.cli", "rebuild"]
    with psutil.Popen(command, env={**os.environ, **system}, stdout=subprocess.DEVNULL) as process:
        yield process


@dataclass(slots=True)
class Watch:
    """Measures the command and the database while they work."""

    process: psutil.Popen
    server: int
    memory_mb: list[float] = field(default_factory=list[float])
    _wall_s: float = 0.0
    _cpu: dict[str, float] = field(default_factory=dict[str, float])

    async def until_ended(self) -> None:
        """Look now and then, until the command has ended; RuntimeError if it has failed."""
        begun, before = time.perf_counter(), self._database()
        while self.process.poll() is None:
            await asyncio.sleep(LOOK_EVERY_S)
            self._look()
        if self.process.returncode:
            raise RuntimeError(f"llama rebuild has failed with {self.process.returncode}")
        self._wall_s = time.perf_counter() - begun
        self._cpu["postgresql"] = self._database() - before

    def figures(self, facts: int) -> dict[str, object]:
        """Return what was measured; the memory is that of the largest process, over time."""
        step = max(1, len(self.memory_mb) // SAMPLES)
        return {
            "wall_s": round(self._wall_s, 1),
            "facts_per_s": round(facts / self._wall_s),
            "cpu_s": {name: round(spent, 1) for name, spent in self._cpu.items()},
            "cpu_us_per_fact": round(sum(self._cpu.values()) / facts * 1e6, 1),
            "memory_mb": self.memory_mb[::step],
        }

    def _look(self) -> None:
        try:
            processes = family(self.process.pid)
            self._cpu["rebuild"] = sum(cpu_of(one) for one in processes)
            self.memory_mb.append(round(max(one.memory_info().rss for one in processes) / 1e6, 1))
        except psutil.NoSuchProcess:
            return  # It has just ended: the last look counts.

    def _database(self) -> float:
        return sum(cpu_of(one) for one in family(self.server))


if __name__ == "__main__":
    sys.exit(main())
