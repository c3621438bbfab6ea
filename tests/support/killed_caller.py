"""A worker that calls people by a webhook and can be killed anywhere on the way.

It prints the receiver's answer and ends with 0, or with 3 if it is in doubt whether the call went
out. At a point it is killed.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson

from llama.adapters.outlets.folder import FolderCarrier
from llama.adapters.outlets.webhook import WebhookCarrier
from llama.adapters.postgres import PostgresOutbox, PostgresPauses, connect
from llama.domain.alarms import ALARMS
from llama.domain.outlet import InDoubt, Parcel, Sender
from llama.runtime.dispatching import Dispatcher
from tests.support.crash_points import Points, crash_at
from tests.support.forks import forked

SENDER = Sender("S230914ak", "RaiseAlarm")
CONTENT = b'{"p_value":0.0042}'
KEY = "raised-1"
IN_DOUBT = 3
BEFORE: Points = {
    "before it looks": (PostgresOutbox, "sent", False),
    "before it is written down": (PostgresOutbox, "begin", False),
}
BETWEEN: Points = {
    "after it is written down": (PostgresOutbox, "begin", True),
    "before it is sent": (WebhookCarrier, "carry", False),
    "when it is on its way": (asyncio.StreamWriter, "drain", True),
    "when it has arrived": (WebhookCarrier, "carry", True),
    "before the answer is written down": (PostgresOutbox, "conclude", False),
}
AFTER: Points = {"after the answer is written down": (PostgresOutbox, "conclude", True)}
POINTS: Points = {**BEFORE, **BETWEEN, **AFTER}


async def call(dsn: str, file: str) -> int:
    """Call people, as a worker does."""
    nobody = FolderCarrier(Path(file).parent / "outbox")
    async with await connect(dsn) as database:
        dispatcher = Dispatcher(
            PostgresOutbox(database),
            nobody,
            PostgresPauses(database),
            {ALARMS: WebhookCarrier(file)},
        )
        try:
            answer = await dispatcher.send(SENDER, Parcel(ALARMS, KEY, CONTENT))
        except InDoubt as error:
            sys.stdout.write(f"{error}\n")
            return IN_DOUBT
    sys.stdout.buffer.write(orjson.dumps(dict(answer)))
    return 0


async def run(dsn: str, file: str, *point: str) -> tuple[int, bytes]:
    """Let such a worker live to its end; return how it ended, and what it said."""
    done = await asyncio.to_thread(forked, _live, dsn, file, point, within_s=120)
    return done.returncode, done.stdout


def _live(dsn: str, file: str, points: Sequence[str]) -> None:
    for point in points:
        crash_at(POINTS[point])
    sys.exit(asyncio.run(call(dsn, file)))
