"""Observatories as LLAMA meets them: brokers of others, written to by librdkafka's producer."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import orjson
from confluent_kafka import Producer

from schemas.topics import ALERTS_TOPIC
from tests.support.kafka import embedded_process, free_ports

FLUSH_WITHIN_S = 60.0


@dataclass(slots=True)
class Observatory:
    """A broker on a port of its own, which keeps both when it is started again."""

    folder: Path
    port: int
    _life: ExitStack = field(default_factory=ExitStack)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Let it answer."""
        self._life.enter_context(embedded_process(self.folder, "--port", str(self.port)))

    def stop(self) -> None:
        """End it."""
        self._life.close()

    def restart(self) -> None:
        """End it, and let it answer again."""
        self.stop()
        self.start()

    def publish(self, *notices: bytes) -> None:
        """Put notices on its topic; they are there once this returns."""
        producer = Producer({"bootstrap.servers": self.address, "message.max.bytes": 24_000_000})
        refused: list[object] = []

        def told(error: object, _: object) -> None:
            if error is not None:
                refused.append(error)

        for raw in notices:
            producer.produce(ALERTS_TOPIC.name, raw, on_delivery=told)
        left = producer.flush(FLUSH_WITHIN_S)
        assert (left, refused) == (0, [])


@contextmanager
def observatory(folder: Path) -> Generator[Observatory]:
    """Run an observatory as long as the block lasts."""
    folder.mkdir(parents=True)
    [port] = free_ports(1)
    found = Observatory(folder, port)
    found.start()
    try:
        yield found
    finally:
        found.stop()


def play(stream: Sequence[Path], publish: Callable[[int, bytes], None], *, speed: float) -> None:
    """Publish notices at the times at which they were created, so many times as fast."""
    created = [datetime.fromisoformat(_created(path)) for path in stream]
    began = time.monotonic()
    for number, (path, moment) in enumerate(zip(stream, created, strict=True)):
        due_s = began + (moment - created[0]).total_seconds() / speed
        time.sleep(max(0.0, due_s - time.monotonic()))
        publish(number, path.read_bytes())


def _created(path: Path) -> str:
    said = orjson.loads(path.read_bytes())
    return str(said["time_created"])
