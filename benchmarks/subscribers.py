"""Whether slow readers slow down the work: `python -m benchmarks.subscribers`.

A whole system makes the files of mock alerts, in turns alone and with readers that do not keep up:
clients of `GET /changes` that take a few hundred bytes a second, one that takes nothing at all, and
a consumer of a public topic that reads once and never again. What is told is the time from the
fact of the alert to that of the last file, for each round, and the ratio of the medians: `with`
should be at most 1.10 times `alone`. One line of JSON for each round on stdout, and one at the end.
"""

import argparse
import json
import os
import socket
import statistics
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from confluent_kafka import Consumer

from llama.handlers.mock import mock_notice
from schemas.topics import PUBLIC_FILES_TOPIC
from tests.support.system import System, running

ROUNDS = 5
SLOW = 16
BYTES_AT_ONCE, EVERY_S = 64, 0.2
MERGED = datetime(2026, 11, 1, 12, tzinfo=UTC)
ASK = b"GET /changes?since=2000-01-01T00:00:00Z HTTP/1.1\r\nHost: gateway\r\n\r\n"


def main() -> int:
    """Measure in turns."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.subscribers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--slow", type=int, default=SLOW, help="slow clients of GET /changes")
    options = parser.parse_args()
    alone: list[float] = []
    beside: list[float] = []
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "home") as system:
        seconds_of(system, Path(folder), 0)  # imports, caches: the first alert pays for all
        for number in range(options.rounds):
            alone.append(seconds_of(system, Path(folder), 2 * number + 1))
            with readers(system, options.slow):
                beside.append(seconds_of(system, Path(folder), 2 * number + 2))
            say(round=number, alone_s=alone[-1], with_s=beside[-1])
    medians = statistics.median(alone), statistics.median(beside)
    say(alone_s=medians[0], with_s=medians[1], ratio=medians[1] / medians[0])
    return 0


def say(**figures: float) -> None:
    """Print a line of figures."""
    told = {name: round(value, 3) for name, value in figures.items()}
    load = round(os.getloadavg()[0], 1)
    print(json.dumps({"benchmark": "subscribers", **told, "load": load}), flush=True)


def seconds_of(system: System, folder: Path, number: int) -> float:
    """Send an alert in, wait until all is made, and return how long after it the last file came."""
    notice = folder / f"{number}.json"
    notice.write_bytes(mock_notice(MERGED + timedelta(days=number), seed=number))
    [receipt] = system.ingest(notice)
    facts = [entry["fact"] for entry in system.json("log", receipt["event"])]
    times = {kind: [_time(one) for one in facts if one["kind"] == kind] for kind in KINDS}
    return (max(times["FileGenerated"]) - min(times["TriggerReceived"])).total_seconds()


KINDS = ("TriggerReceived", "FileGenerated")


def _time(fact: dict[str, str]) -> datetime:
    return datetime.fromisoformat(fact["occurred_at"])


@contextmanager
def readers(system: System, slow: int) -> Generator[None]:
    """Have readers that do not keep up, within the block."""
    host, _, port = (system.home / "run" / "gateway.address").read_text().strip().rpartition(":")
    over = threading.Event()
    with ExitStack() as stack:
        followers = [stack.enter_context(_follower(host, int(port))) for _ in range(slow + 1)]
        _stuck_consumer(system, stack)
        threads = [threading.Thread(target=_read, args=(one, over)) for one in followers[1:]]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join()


def _follower(host: str, port: int) -> socket.socket:
    """Ask for all changes, with next to no room for the answer."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.connect((host, port))
    client.sendall(ASK)
    return client


def _read(client: socket.socket, over: threading.Event) -> None:
    """Read slowly until it is over."""
    client.settimeout(EVERY_S)
    while not over.wait(EVERY_S):
        try:
            if not client.recv(BYTES_AT_ONCE):
                raise ConnectionError("the gateway has let a slow client go")
        except TimeoutError:
            continue


def _stuck_consumer(system: System, stack: ExitStack) -> None:
    """Read one message of a public topic, and then none any more."""
    addresses = json.loads((system.home / "run" / "addresses.json").read_text())
    consumer = Consumer(
        {
            "bootstrap.servers": addresses["kafka"],
            "group.id": "stuck",
            "auto.offset.reset": "earliest",
        }
    )
    stack.callback(consumer.close)
    consumer.subscribe([PUBLIC_FILES_TOPIC.name])
    if consumer.poll(30) is None:
        raise RuntimeError("there was nothing to read on the public topic")


if __name__ == "__main__":
    sys.exit(main())
