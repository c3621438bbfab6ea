"""CPU time and memory of this process and all that descend from it (Linux)."""

import ctypes
import os
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
WATCH_EVERY_S = 0.5
_TICKS = os.sysconf("SC_CLK_TCK")


def adopt_orphans() -> None:
    """Have those whose parents end become children of this process: they still count."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Process:
    """A process as /proc tells it; CPU times include those of its children that it waited for."""

    pid: int
    parent: int
    cpu_s: float
    waited_s: float
    """The part of `cpu_s` that is its ended children's."""

    @property
    def command(self) -> str:
        """Return its command line; empty if it has ended."""
        with suppress(OSError):
            return Path(f"/proc/{self.pid}/cmdline").read_text().replace("\0", " ").strip()
        return ""

    def pss_mb(self) -> float:
        """Return its share of memory in MB: what several processes share is divided by them."""
        with suppress(OSError):
            for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    return int(line.split()[1]) / 1024
        return 0.0


def family() -> Mapping[int, Process]:
    """Return this process and all its descendants, those that have just ended included."""
    everybody = {one.pid: one for one in _processes()}
    known = {os.getpid(): everybody[os.getpid()]}
    found = dict(known)
    while found:
        found = {
            one.pid: one
            for one in everybody.values()
            if one.parent in found and one.pid not in known
        }
        known |= found
    return known


def cpu_s() -> float:
    """Return the CPU time that the whole family has had, in seconds."""
    return sum(one.cpu_s for one in family().values())


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a system: processes that are known by words of their command lines."""

    name: str
    words: str
    ended: str = ""
    """The part whose ended processes these have waited for; empty: their own."""


def cpu_by_part(parts: Sequence[Part]) -> Mapping[str, float]:
    """Return the CPU time of each part of a system, in seconds.

    Of several parts that a process could be, the first counts. What fits none is `driver`: this
    process, and what it has started and waited for itself.
    """
    used: dict[str, float] = {}
    rest = Part("driver", "")
    for one in family().values():
        command = one.command
        part = next((part for part in parts if part.words in command), rest)
        for name, spent in ((part.name, one.cpu_s - one.waited_s), (part.ended, one.waited_s)):
            used[name or part.name] = used.get(name or part.name, 0.0) + spent
    return used


def pss_mb() -> float:
    """Return the memory that the whole family has, in MB."""
    return sum(one.pss_mb() for one in family().values())


def own_pss_mb() -> float:
    """Return the memory of this process alone, in MB."""
    return _process(os.getpid()).pss_mb()


def _processes() -> Iterator[Process]:
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                yield _process(int(entry.name))


def _process(pid: int) -> Process:
    # The name stands in brackets and may contain anything; numbers follow it (man 5 proc).
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own, waited = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
    return Process(pid, int(fields[1]), (own + waited) / _TICKS, waited / _TICKS)


@dataclass(slots=True)
class Peak:
    """The most memory that was seen, in MB."""

    mb: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Look again and again until it is over."""
        while not self._over.wait(WATCH_EVERY_S):
            self.mb = max(self.mb, pss_mb())

    def stop(self) -> None:
        """Look no more."""
        self._over.set()


@contextmanager
def watching_memory() -> Generator[Peak]:
    """Watch the family's memory within the block."""
    peak = Peak()
    looking = threading.Thread(target=peak.look)
    looking.start()
    try:
        yield peak
    finally:
        peak.stop()
        looking.join()
