"""A whole system of this project as a child: `llama up` on a new home."""

import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peers.servers import ROOT, postgres
from benchmarks.yardstick.run_log import WHERE
from llama.domain.errors import Unavailable
from tests.support.kafka import apache_kafka

PIPELINE = "benchmarks.yardstick.handlers"
READY = "ready: http"
STOP_WITHIN_S = 60.0


@contextmanager
def llama_up(home: Path, runs: Path, settings: Mapping[str, str]) -> Generator[None]:
    """Run a system within the block; it is ready when the block begins."""
    ours = {"LLAMA_HOME": str(home), "LLAMA_PIPELINE": PIPELINE, WHERE: str(runs)}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "llama.cli", "up"],
        env={**os.environ, **ours, **settings},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        _await_readiness(process)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=STOP_WITHIN_S)


@contextmanager
def own_servers(folder: Path) -> Generator[Mapping[str, str]]:
    """Run Apache Kafka and PostgreSQL 15 within the block; give the settings that name them."""
    data = folder / "kafka"
    data.mkdir()
    with apache_kafka(data) as kafka, postgres(folder / "postgres") as database:
        yield {"LLAMA_KAFKA": kafka, "LLAMA_DATABASE_URL": f"{database}/postgres"}


def _await_readiness(process: "subprocess.Popen[str]") -> None:
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line)
        if READY in line:
            return
    raise Unavailable(f"llama up did not come up:\n{''.join(said)}")
