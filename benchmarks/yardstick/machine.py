"""What a machine is, as far as figures depend on it: never its name, never a path."""

import os
import platform
import re
import resource
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers.servers import POSTGRES
from llama.embedded.postgres import wheel_programs

INFRA = Path(__file__).resolve().parents[2] / "infra" / "kafka" / "pom.xml"
SERVERS = ("embedded", "apache")


def machine(servers: str) -> Mapping[str, str | int]:
    """Return the processor, its cores, and the versions of what runs on it."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "postgres": _postgres(POSTGRES if servers == "apache" else wheel_programs()),
        "broker": _kafka() if servers == "apache" else f"embedded, llama {version('llama-gwhen')}",
    }


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _postgres(programs: Path) -> str:
    command = [programs / "postgres", "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return told[2] if len(told) > 2 else "unknown"


def _kafka() -> str:
    found = re.search(r"<version>([0-9.]+)</version>", INFRA.read_text())
    return f"Apache Kafka {found.group(1)}" if found else "Apache Kafka"


@dataclass(frozen=True, slots=True)
class Busy:
    """How much the processors had done at a moment, in ticks, and how much of it was ours."""

    busy: int
    all: int
    ours: float

    @classmethod
    def now(cls) -> "Busy":
        """Look at it."""
        ticks = [int(one) for one in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = (used.ru_utime + used.ru_stime) * os.sysconf("SC_CLK_TCK")
        return cls(sum(ticks) - ticks[3] - ticks[4], sum(ticks), own)

    def others_since(self, before: "Busy") -> float:
        """Return which part of all processor time others have had since an earlier moment."""
        used = (self.busy - before.busy) - (self.ours - before.ours)
        return round(max(0.0, used) / max(1, self.all - before.all), 3)
