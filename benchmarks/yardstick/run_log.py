"""What handlers say of their runs: one line each in a file that all processes append to."""

import os
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WHERE = "YARDSTICK_RUNS"
"""Environment variable with the path of the file."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a handler; times are the monotonic clock's, in seconds."""

    event: str
    file: str
    begun: float
    ended: float
    cpu_s: float


@contextmanager
def telling(event: str, file: str) -> Generator[None]:
    """Tell of a run once the block is over, with the CPU time that its thread took."""
    begun, cpu = time.monotonic_ns(), time.thread_time_ns()
    yield
    used, ended = time.thread_time_ns() - cpu, time.monotonic_ns()
    line = f"{event} {file} {begun} {ended} {used}\n".encode()
    descriptor = os.open(os.environ[WHERE], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o666)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


def runs_in(path: Path, *, skip: int = 0) -> Sequence[Run]:
    """Return the runs so far, but for the first few."""
    if not path.exists():
        return []
    lines = path.read_text().splitlines()[skip:]
    return [_run(*line.split()) for line in lines]


def _run(event: str, file: str, begun: str, ended: str, cpu: str) -> Run:
    return Run(event, file, int(begun) / 1e9, int(ended) / 1e9, int(cpu) / 1e9)
