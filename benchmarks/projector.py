"""How many facts a second the projection shows, end to end: `python -m benchmarks.projector`.

A log of many events of twelve files is written to a broker (the embedded one, or the one that
LLAMA_KAFKA names); then the projection's service, as it is, reads it from zero into an embedded
PostgreSQL. Time counts from when the service is ready to when every offset is committed. CPU
seconds are those of the processes: on a machine that others use, too, they say more than the
clock. One line of JSON for each measurement on stdout, progress on stderr.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import psutil

from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.topics import ensure_topics
from llama.adapters.postgres import PostgresLedger, connect, migrate
from llama.embedded.postgres import EmbeddedPostgres
from schemas.facts import Fact
from schemas.topics import FACTS_TOPIC, TOPICS
from tests.support.busy_log import busy_log
from tests.support.kafka import embedded_process
from tests.support.postgres import reachable_folder

AT_ONCE = 2_000
LOOK_EVERY_S = 0.05
DEADLINE_S = 900.0


def main() -> int:
    """Write a log, project it, and say how fast that was."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.projector",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--events", type=int, default=2_300, help="about 22 facts each")
    parser.add_argument("--instances", type=int, default=1, help="processes that share the work")
    parser.add_argument("--window", type=int, default=40, help="events open at a time")
    parser.add_argument("--samples", type=int, default=5, help="of the memory, on the way")
    asyncio.run(measure(parser.parse_args()))
    return 0


async def measure(options: argparse.Namespace) -> None:
    """Set a scene, run the service, and report."""
    with tempfile.TemporaryDirectory() as folder, broker(Path(folder)) as (kafka, broker_id):
        async with database() as (server, dsn):
            facts = await written(kafka, options)
            scene = Scene(kafka, dsn, Path(folder), facts, server, broker_id)
            report(await scene.projected(options.instances, options.samples))


@contextmanager
def broker(folder: Path) -> Generator[tuple[str, int | None]]:
    """Give the address of a broker, and its process if it is ours."""
    given = os.environ.get("LLAMA_KAFKA", "")
    if given:
        yield given, None
        return
    with embedded_process(folder, "--fsync") as server:
        yield server.address, server.process.pid


@asynccontextmanager
async def database() -> AsyncGenerator[tuple[int, str]]:
    """Run the embedded PostgreSQL as `llama up` does; give its process and its address."""
    with reachable_folder() as folder:
        server = EmbeddedPostgres(folder / "data")
        async with server as dsn:
            await migrate(dsn)
            yield server.pid or 0, dsn


async def written(kafka: str, options: argparse.Namespace) -> int:
    """Write the log; return how many facts it has."""
    await ensure_topics(kafka, TOPICS)
    count = 0
    async with KafkaLog(kafka, client_id="benchmark") as log:
        for chunk in chunks(busy_log(options.events, window=options.window)):
            await log.append(FACTS_TOPIC, chunk)
            count += len(chunk)
            print(f"{count} facts written", file=sys.stderr)
    return count


def chunks(facts: Iterator[Fact]) -> Iterator[Sequence[Fact]]:
    """Cut a stream into chunks."""
    while chunk := list(islice(facts, AT_ONCE)):
        yield chunk


@dataclass(frozen=True, slots=True)
class Scene:
    """Servers, and a log that is to be projected."""

    kafka: str
    dsn: str
    home: Path
    facts: int
    server: int
    broker: int | None

    async def projected(self, instances: int, samples: int) -> Mapping[str, object]:
        """Run the service until it has shown every fact; return the figures."""
        with services(self, instances) as processes:
            watch = Watch(self, [psutil.Process(one.pid) for one in processes])
            async with await connect(self.dsn) as pool:
                ledger = PostgresLedger(pool)
                while not ready(self.home, processes):
                    await asyncio.sleep(LOOK_EVERY_S)
                watch.start()
                await asyncio.wait_for(self._follow(ledger, watch, samples), DEADLINE_S)
            return {"instances": instances, **watch.figures()}

    async def _follow(self, ledger: PostgresLedger, watch: "Watch", samples: int) -> None:
        done = 0
        while done < self.facts:
            await asyncio.sleep(LOOK_EVERY_S)
            done = sum((await ledger.positions("projection", FACTS_TOPIC.name)).values())
            if done >= self.facts * (len(watch.memory) + 1) / samples:
                watch.sample(done)
        watch.stop()


@contextmanager
def services(scene: Scene, instances: int) -> Generator[list[subprocess.Popen[bytes]]]:
    """Run the projection's processes, which share the partitions."""
    home = {"LLAMA_HOME": str(scene.home), "LLAMA_KAFKA": scene.kafka}
    log = (scene.home / "projection.log").open("wb")
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "services.projection"],
            env={
                **os.environ,
                **home,
                "LLAMA_DATABASE_URL": scene.dsn,
                "LLAMA_INSTANCE": str(number),
                "LLAMA_INSTANCES": str(instances),
            },
            stdout=log,
            stderr=log,
        )
        for number in range(instances)
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        log.close()


def ready(home: Path, processes: Sequence[subprocess.Popen[bytes]]) -> bool:
    """Tell whether the service has begun to work; RuntimeError if it has ended."""
    log = home / "projection.log"
    if any(process.poll() is not None for process in processes):
        raise RuntimeError(f"the service has ended:\n{log.read_text()[-2000:]}")
    return log.read_text().count("service_ready") >= len(processes)


@dataclass(slots=True)
class Watch:
    """Measures processes while they work."""

    scene: Scene
    processes: Sequence[psutil.Process]
    memory: list[dict[str, float]] = field(default_factory=list[dict[str, float]])
    _begun: float = 0.0
    _wall_s: float = 0.0
    _cpu: dict[str, float] = field(default_factory=dict[str, float])

    def start(self) -> None:
        """Begin."""
        self._begun, self._cpu = time.perf_counter(), self._spent()

    def stop(self) -> None:
        """End."""
        self._wall_s = time.perf_counter() - self._begun
        self._cpu = {name: spent - self._cpu[name] for name, spent in self._spent().items()}

    def sample(self, done: int) -> None:
        """Look at the memory of the service."""
        rss = max(process.memory_info().rss for process in self.processes)
        self.memory.append({"facts": done, "rss_mb": round(rss / 1e6, 1)})
        print(f"{done} facts shown", file=sys.stderr)

    def figures(self) -> dict[str, object]:
        """Return what was measured."""
        facts, cpu_s = self.scene.facts, sum(self._cpu.values())
        return {
            "facts": facts,
            "wall_s": round(self._wall_s, 2),
            "facts_per_s": round(facts / self._wall_s),
            "cpu_s": {name: round(spent, 2) for name, spent in self._cpu.items()},
            "cpu_us_per_fact": {
                name: round(spent / facts * 1e6, 1) for name, spent in self._cpu.items()
            },
            "facts_per_s_of_two_free_cores": round(2 * facts / cpu_s),
            "memory": self.memory,
        }

    def _spent(self) -> dict[str, float]:
        spent = {"projection": sum(cpu_of(process) for process in self.processes)}
        spent["postgresql"] = sum(cpu_of(one) for one in family(self.scene.server))
        if self.scene.broker is not None:
            spent["broker"] = cpu_of(psutil.Process(self.scene.broker))
        return spent


def family(pid: int) -> list[psutil.Process]:
    """Return a process and its children: PostgreSQL gives every connection one."""
    server = psutil.Process(pid)
    return [server, *server.children(recursive=True)]


def cpu_of(process: psutil.Process) -> float:
    """Return the CPU seconds that a process, and its children that ended, have used."""
    used = process.cpu_times()
    return used.user + used.system + used.children_user + used.children_system


def report(figures: Mapping[str, object]) -> None:
    """Print one measurement."""
    print(json.dumps({"benchmark": "projector", **figures}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
