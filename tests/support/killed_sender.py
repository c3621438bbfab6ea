"""A worker that publishes one thing and can be killed anywhere on the way.

It prints the receiver's answer and ends with 0, or with 3 if it is in doubt whether the thing was
sent. At a point it is killed.
"""

import asyncio
import subprocess
import sys
from collections.abc import Sequence

import orjson
from aiokafka import AIOKafkaProducer

from llama.adapters.kafka.log import KafkaLog
from llama.adapters.outlets.kafka import KafkaCarrier
from llama.adapters.postgres import PostgresOutbox, PostgresPauses, connect
from llama.domain.outlet import InDoubt, Parcel, Sender
from llama.runtime.dispatching import Dispatcher
from tests.support.crash_points import Points, crash_at
from tests.support.forks import forked

SENDER = Sender("MS230914a", "Publish")
CONTENT = b'{"p": 0.01}'
IN_DOUBT = 3
BEFORE: Points = {
    "before it looks": (PostgresOutbox, "sent", False),
    "before it is written down": (PostgresOutbox, "begin", False),
}
BETWEEN: Points = {
    "after it is written down": (PostgresOutbox, "begin", True),
    "before it is sent": (KafkaLog, "append_raw", False),
    "when it is on its way": (AIOKafkaProducer, "send", True),
    "when it has arrived": (KafkaLog, "append_raw", True),
    "before the answer is written down": (PostgresOutbox, "conclude", False),
}
AFTER: Points = {"after the answer is written down": (PostgresOutbox, "conclude", True)}
POINTS: Points = {**BEFORE, **BETWEEN, **AFTER}


async def send(dsn: str, kafka: str, topic: str) -> int:
    """Publish it, as a worker does."""
    async with await connect(dsn) as database, KafkaCarrier(kafka, client_id="test") as carrier:
        dispatcher = Dispatcher(PostgresOutbox(database), carrier, PostgresPauses(database))
        try:
            answer = await dispatcher.send(SENDER, Parcel(topic, "k1", CONTENT))
        except InDoubt as error:
            sys.stdout.write(f"{error}\n")
            return IN_DOUBT
    sys.stdout.buffer.write(orjson.dumps(dict(answer)))
    return 0


def run(dsn: str, kafka: str, topic: str, *point: str) -> subprocess.CompletedProcess[bytes]:
    """Let such a worker live to its end."""
    return forked(_live, dsn, kafka, topic, point, within_s=120)


def _live(dsn: str, kafka: str, topic: str, points: Sequence[str]) -> None:
    for point in points:
        crash_at(POINTS[point])
    sys.exit(asyncio.run(send(dsn, kafka, topic)))
