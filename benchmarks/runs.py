"""What running a handler costs beyond the handler: `python -m benchmarks.runs`.

A handler that does nothing reads two files and makes one, again and again, for event after event.
Told is CPU time per run of this process and of the children, those that were replaced included: the
median of some rounds.
`floor` is a bare process that gets as many bytes over a socket and says as many: what remains when
nothing is checked, limited, timed or killed. `ratio` is the cost of a run beside that floor's.
One line of JSON for each size of the first input.
"""

import argparse
import asyncio
import json
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from llama.adapters.artifacts import DiskArtifacts
from llama.adapters.processes import ProcessRunner
from llama.domain.digests import WHOLE
from llama.domain.handler import FileHandler, Inputs, uses
from llama.domain.kinds import TriggeredHandler
from llama.domain.manifests import spec_of
from llama.domain.work import Task
from llama.ports.runner import Made
from schemas.files import FileContent

KIB = 1024
MADE = bytes(KIB)


class First(TriggeredHandler):
    """The input whose size differs."""

    FILENAME = "first.dat"


class Second(TriggeredHandler):
    """A small input."""

    FILENAME = "second.dat"


class Idle(FileHandler):
    """Does nothing with its inputs."""

    FILENAME = "idle.dat"
    DEPENDENCIES = (uses(First), uses(Second))

    def generate(self, inputs: Inputs) -> bytes:
        """Read the inputs; return a KiB."""
        return MADE if inputs[First].content and inputs[Second].content else b""


PIPELINE = (First, Second, Idle)


@dataclass(frozen=True)
class Cpu:
    """Seconds of CPU."""

    here: float
    children: float

    @classmethod
    def now(cls, pids: tuple[int, ...]) -> "Cpu":
        """Read the clocks: of this process, of the children that there are and those gone."""
        gone = resource.getrusage(resource.RUSAGE_CHILDREN)
        running = sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)
        return cls(time.process_time(), gone.ru_utime + gone.ru_stime + running)


def main() -> int:
    """Measure with small inputs, then with a large one."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.runs",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=400, help="in a round; of 8 MiB a tenth")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    for size, runs in ((KIB, options.runs), (8192 * KIB, options.runs // 10)):
        asyncio.run(measure(size, runs, options))
    return 0


async def measure(size: int, runs: int, options: argparse.Namespace) -> None:
    """Run the handler with a first input of this size; print what it costs."""
    processes: int = options.processes
    rounds: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        store = DiskArtifacts(Path(folder) / "artifacts")
        task = await a_task(store, size)
        work = Path(folder) / "work"
        async with ProcessRunner(
            "benchmarks.runs", artifacts=store, work=work, processes=processes
        ) as runner:
            await runner.warm("json")

            async def run(number: int) -> None:
                made = await runner.run(replace(task, event=f"S{number % 100}"))
                assert isinstance(made, Made), made

            for number in range(10):
                await run(number)
            for _ in range(options.rounds):
                found = await cost(run, lambda: runner.pids, runs, at_once=processes)
                floor = floor_ms(size + KIB, runs)
                ratio = (found["parent_cpu_ms"] + found["children_cpu_ms"]) / floor
                rounds.append({**found, "floor_cpu_ms": floor, "ratio": ratio})
    told = {
        "benchmark": "runs",
        "first_input_bytes": size,
        "rounds": options.rounds,
        "runs": runs,
        "processes": processes,
        **{name: round(median(one[name] for one in rounds), 3) for name in rounds[0]},
    }
    print(json.dumps(told), flush=True)


async def a_task(store: DiskArtifacts, size: int) -> Task:
    """Return a task with two inputs that are in the store."""
    contents: list[FileContent] = []
    for name, content in (("first.dat", b"1" * size), ("second.dat", b"2" * KIB)):
        digest = await store.put(content)
        contents.append(
            FileContent(file=name, digest=digest, size=len(content), aspects={WHOLE: digest})
        )
    inputs: dict[str, str | None] = {f"{one.file}#whole": one.digest for one in contents}
    return Task("S1", "need", 1, spec_of(Idle), inputs, tuple(contents), cause="notice-1")


async def cost(
    run: Callable[[int], Awaitable[None]],
    pids: Callable[[], tuple[int, ...]],
    runs: int,
    *,
    at_once: int,
) -> dict[str, float]:
    """Return milliseconds per run: of this process, of the children, by the clock."""
    numbers = iter(range(runs))

    async def work() -> None:
        for number in numbers:
            await run(number)

    before, began = Cpu.now(pids()), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    wall_s, after = time.perf_counter() - began, Cpu.now(pids())
    return {
        "parent_cpu_ms": (after.here - before.here) / runs * 1000,
        "children_cpu_ms": (after.children - before.children) / runs * 1000,
        "wall_ms": wall_s / runs * 1000,
    }


def floor_ms(size: int, runs: int) -> float:
    """Return the CPU time of both sides, in milliseconds, of sending bytes and getting a KiB."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-S", "-c", _ECHO, str(theirs.fileno()), str(size)]
    with ours, subprocess.Popen(command, pass_fds=(theirs.fileno(),)) as echo:
        theirs.close()
        content = bytes(size)
        _turn(ours, content)
        before = Cpu.now((echo.pid,))
        for _ in range(runs):
            _turn(ours, content)
        after = Cpu.now((echo.pid,))
        ours.shutdown(socket.SHUT_RDWR)
    return (after.here - before.here + after.children - before.children) / runs * 1000


def _turn(ours: socket.socket, content: bytes) -> None:
    ours.sendall(content)
    assert ours.recv(KIB, socket.MSG_WAITALL) == MADE


_ECHO = """
import socket, sys
with socket.socket(fileno=int(sys.argv[1])) as theirs:
    while theirs.recv(int(sys.argv[2]), socket.MSG_WAITALL):
        theirs.sendall(bytes(1024))
"""


if __name__ == "__main__":
    sys.exit(main())
