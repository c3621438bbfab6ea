"""Kafka servers for tests: Apache Kafka from Maven Central, and our embedded broker.

`python -m tests.support.kafka fetch` fetches Apache Kafka into `.cache/kafka`; `python -m
tests.support.kafka run` runs it in the foreground and prints the bootstrap address.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from string import Template

import pytest

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra" / "kafka"
LIBS = ROOT / ".cache" / "kafka" / "libs"

_CLUSTER_ID = "bGxhbWEtdGVzdC1jbHVzdA"
_READY_WITHIN_S = 90.0  # a cold JVM on a busy laptop takes 10 s
_STOP_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A broker process that accepts clients; `address` is host:port."""

    address: str
    process: subprocess.Popen[bytes]


def require(tool: str) -> str:
    """Find a program; without it the test is skipped, or fails where CI=true."""
    path = shutil.which(tool)
    if path is None:
        reason = f"Apache Kafka needs {tool}, which is not installed"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def fetch_apache_kafka(target: Path = LIBS) -> Path:
    """Copy the jars that infra/kafka/pom.xml names into a folder; do nothing if they are there."""
    pom = INFRA / "pom.xml"
    stamp = target / "complete"
    wanted = sha256(pom.read_bytes()).hexdigest()
    target.mkdir(parents=True, exist_ok=True)
    with (target.parent / "fetch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            for jar in target.glob("*.jar"):
                jar.unlink()
            goal = ("dependency:copy-dependencies", "-DincludeScope=runtime")
            place = f"-DoutputDirectory={target.resolve()}"
            subprocess.run([require("mvn"), "-q", "-B", "-f", str(pom), *goal, place], check=True)
            stamp.write_text(wanted)
    return target


@contextmanager
def apache_kafka(
    folder: Path, *, adjusted: Callable[[str], str] = str, formatting: Sequence[str] = ()
) -> Generator[str]:
    """Run one Apache Kafka node with its data in a folder; gives the bootstrap address.

    `adjusted` changes its settings, `formatting` are further options of its first step.
    """
    java = require("java")
    libs = fetch_apache_kafka()
    port, controller_port = free_ports(2)
    settings = folder / "server.properties"
    template = Template((INFRA / "server.properties").read_text())
    text = template.substitute(port=port, controller_port=controller_port, data=folder / "data")
    settings.write_text(adjusted(text))
    command = [java, "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{libs}/*"]
    storage = ["kafka.tools.StorageTool", "format", "--standalone", "-t", _CLUSTER_ID, *formatting]
    subprocess.run([*command, *storage, "-c", str(settings)], check=True, stdout=subprocess.DEVNULL)
    log = folder / "kafka.log"
    with _running([*command, "kafka.Kafka", str(settings)], log=log) as process:
        _wait_until(lambda: b"Kafka Server started" in log.read_bytes(), process, log=log)
        yield f"127.0.0.1:{port}"


@contextmanager
def embedded_broker(folder: Path) -> Generator[str]:
    """Run the embedded broker with its data in a folder; gives the bootstrap address."""
    with embedded_process(folder) as server:
        yield server.address


@contextmanager
def embedded_process(folder: Path, *options: str) -> Generator[RunningServer]:
    """Run the embedded broker with options of its command line; gives the process as well."""
    port_file, log = folder / "port", folder / "broker.log"
    port_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "llama.embedded.broker", "--data", str(folder / "data")]
    with _running([*command, "--port-file", str(port_file), *options], log=log) as process:
        _wait_until(port_file.exists, process, log=log)
        yield RunningServer(f"127.0.0.1:{int(port_file.read_text())}", process)


@contextmanager
def _running(command: Sequence[str], *, log: Path) -> Generator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until(
    is_ready: Callable[[], bool], process: subprocess.Popen[bytes], *, log: Path
) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{process.args} did not start; {log} ends:\n{tail}")
        time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nobody uses just now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def main(arguments: Sequence[str]) -> int:
    """Fetch Apache Kafka, or fetch and run it until a signal says stop."""
    match list(arguments):
        case ["fetch"]:
            sys.stdout.write(f"{fetch_apache_kafka()}\n")
        case ["run"]:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            with tempfile.TemporaryDirectory() as folder, apache_kafka(Path(folder)) as address:
                sys.stdout.write(f"Apache Kafka ready on {address}\n")
                sys.stdout.flush()
                _until_interrupted()
        case _:
            sys.stderr.write("usage: python -m tests.support.kafka fetch|run\n")
            return 2
    return 0


def _until_interrupted() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
