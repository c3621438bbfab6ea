"""A whole system under test: `llama up` in a folder of its own, driven as a person would."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.support.commands import Command
from tests.support.kafka import apache_kafka

COMMAND_DEADLINE_S = 240.0
LOOK_EVERY_S = 0.02
RECEIPT = "_receipt.json"
"""What was sent, and when, depends on the order in which notices came."""

State = dict[str, Any]
"""What must be equal: flags and, for each file, its status and digest."""


@dataclass(slots=True)
class System:
    """The command line against one LLAMA_HOME."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    folder: Path | None = None
    """Where the commands are typed; the present folder unless it is said."""

    def run(
        self, *arguments: str | Path, check: bool = True, given: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a `llama` command to its end, with some bytes as its standard input."""
        command = Command([*map(str, arguments)], self._environment(), given)
        if self.folder is None and command.can_be_forked:
            done = command.fork(within_s=COMMAND_DEADLINE_S)
        else:
            done = command.run(within_s=COMMAND_DEADLINE_S, folder=self.folder)
        if check and done.returncode != 0:
            raise AssertionError(
                f"llama {' '.join(map(str, arguments))} ended with {done.returncode}:\n"
                f"{done.stdout.decode()}\n{done.stderr.decode()}\n{self.logs()}"
            )
        return done

    def json(self, *arguments: str | Path) -> Any:
        """Run a command with --json and return what it printed."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def ingest(self, *files: Path) -> list[dict[str, str]]:
        """Send notices in and wait until everything has settled."""
        return self.json("ingest", *files, "--wait")

    def state(self) -> dict[str, State]:
        """Return what must be equal, for every event."""
        return {row["event"]: self.event_state(row["event"]) for row in self.json("status")}

    def event_state(self, event: str) -> State:
        """Return what must be equal, for one event: but receipts, which tell what was sent when."""
        status = self.json("status", event)
        files = {
            file["name"]: (file["status"], file["digest"])
            for file in status["files"]
            if not file["name"].endswith(RECEIPT)
        }
        return {"flags": status["flags"], "retracted": status["retracted"], "files": files}

    def pid(self, process: str) -> int:
        """Return the id of a supervised process."""
        path = self.home / "run" / f"{process}.pid"
        text = ""

        def is_running() -> bool:
            nonlocal text
            text = _read(path)
            return text != ""

        wait_until(is_running, f"{process} runs")
        return int(text)

    def kill(self, process: str) -> None:
        """Kill a supervised process with SIGKILL, and wait for its successor."""
        victim = self.pid(process)
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: self.pid(process) != victim, f"{process} is started again")

    def processes(self) -> list[psutil.Process]:
        """Return all processes of the system."""
        supervisor = psutil.Process(int((self.home / "run" / "lock").read_text()))
        return [supervisor, *supervisor.children(recursive=True)]

    def pids(self) -> set[int]:
        """Return the process ids of the services."""
        texts = map(_read, (self.home / "run").glob("*.pid"))
        return {int(text) for text in texts if text}

    def peaks_mb(self) -> dict[str, float]:
        """Return the largest memory, in MB, of every process that does not end meanwhile."""
        peaks: dict[str, float] = {}
        for process in self.processes():
            with suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                peaks[f"{process.name()} {process.pid}"] = peak_rss_mb(process)
        return peaks

    def logs(self) -> str:
        """Return the last words of every process."""
        tails = [
            f"--- {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-12:])
            for path in sorted((self.home / "log").glob("*.log"))
        ]
        return "\n".join(tails)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment, "LLAMA_HOME": str(self.home)}


def _read(path: Path) -> str:
    """Return what a file says; nothing while there is none: its process is being replaced."""
    with suppress(FileNotFoundError):
        return path.read_text()
    return ""


@contextmanager
def running(
    home: Path, *options: str, environment: Mapping[str, str] | None = None
) -> Generator[System]:
    """Run a system for as long as the block lasts."""
    system = System(home, environment or {})
    system.run("up", "--detach", *options)
    try:
        yield system
    finally:
        system.run("down")


@contextmanager
def running_on(
    server: str, home: Path, *options: str, environment: Mapping[str, str] | None = None
) -> Generator[System]:
    """Run a system on the embedded broker, or on an Apache Kafka of its own."""
    given = environment or {}
    if server == "embedded":
        with running(home, *options, environment=given) as system:
            yield system
        return
    folder = home.parent / f"{home.name}-kafka"
    folder.mkdir(parents=True)
    with (
        apache_kafka(folder) as address,
        running(home, *options, environment={**given, "LLAMA_KAFKA": address}) as system,
    ):
        yield system


def peak_rss_mb(process: psutil.Process) -> float:
    """Return the largest memory that a process has had, in MB (Linux); 0 if it has just ended."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    return 0.0


def wait_until(
    is_so: Callable[[], bool],
    what: str,
    *,
    seconds: float = 60.0,
    every_s: float = LOOK_EVERY_S,
) -> None:
    """Wait for something to be the case, with a deadline; what costs much is looked at rarely."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"it was not so within {seconds:.0f} s that {what}")
        time.sleep(every_s)


def notices_of(folder: Path, names: Sequence[str] = ()) -> list[Path]:
    """Return the JSON notices of a folder, in the order of their creation."""
    paths = [path for path in folder.glob("*.json") if "displayexample" not in path.name]
    chosen = [path for path in paths if not names or path.name in names]
    return sorted(chosen, key=lambda path: (json.loads(path.read_bytes())["time_created"], path))
