"""A projection that is killed again and again, and begins again where the database says.

`python -m tests.support.killed_projector random DSN EVENTS SEED KILLS` kills it at random moments,
`... point DSN EVENTS SEED NAME` a few times at a named point of a transaction. In the end it is
left alone until all is shown; then the kills are counted on stdout. Every life is a fork of a
process that has loaded everything: what is killed is work, not imports.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from random import Random

from llama.adapters.postgres import Database, PostgresLedger, connect
from llama.adapters.postgres.ledger import PostgresTransaction
from llama.domain.moves import Folded
from llama.ports.ledger import Transaction
from llama.ports.message_log import Haul
from llama.runtime.folding import MoveFolder
from llama.runtime.projecting import CONSUMER, Projector, show
from tests.support.projections import Partition, Records, a_log

POINTS = ("after advance", "after fold", "before commit", "after commit")
PASSES = (1, 2, 5, 9, 14)
"""How often each life passes the point before it is killed there."""
LONGEST_LIFE_S = 0.06
MOST = 6
Passed = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DoomedTransaction(PostgresTransaction):
    """A transaction that says when it has passed a point."""

    passed: Passed = field(kw_only=True)

    async def advance_over(self, haul: Haul) -> None:
        """Move the offsets."""
        await PostgresTransaction.advance_over(self, haul)
        self.passed("after advance")


@dataclass(frozen=True, slots=True)
class DoomedLedger(PostgresLedger):
    """A ledger whose transactions say how far they are."""

    passed: Passed = field(kw_only=True)

    @asynccontextmanager
    async def transaction(self, consumer: str) -> AsyncGenerator[Transaction]:
        """Begin a transaction."""
        async with PostgresLedger.transaction(self, consumer) as begun:
            if not isinstance(begun, PostgresTransaction):
                raise TypeError(f"{begun} is of another ledger")
            yield DoomedTransaction(consumer, begun.session, passed=self.passed)
            self.passed("before commit")
        self.passed("after commit")


def live(records: Records, dsn: str, passed: Passed, begun: Callable[[], None]) -> None:
    """Show all that is not shown yet."""
    asyncio.run(_live(records, dsn, passed, begun))


async def _live(records: Records, dsn: str, passed: Passed, begun: Callable[[], None]) -> None:
    async with await connect(dsn) as database:
        projector = doomed_projector(database, passed)
        places = await positions(database, records)
        begun()
        for haul in rest(records, places):
            await projector.handle(haul)


def doomed_projector(database: Database, passed: Passed) -> Projector:
    """Return a projection that says how far it is."""
    ledger = DoomedLedger(database, waits_for_disk=False, passed=passed)

    async def showing(transaction: Transaction, folded: Sequence[Folded]) -> None:
        passed("after fold")
        await show(transaction, folded)

    return Projector(ledger, MoveFolder(CONSUMER, ledger, showing))


async def positions(database: Database, records: Records) -> dict[Partition, int]:
    """Return where the projection stands in every partition."""
    ledger = PostgresLedger(database)
    known: dict[str, Mapping[int, int]] = {
        topic: await ledger.positions(CONSUMER, topic) for topic, _ in records.partitions
    }
    return {(topic, number): known[topic].get(number, 0) for topic, number in records.partitions}


def rest(records: Records, places: dict[Partition, int]) -> Iterator[Haul]:
    """Go through what comes after some places, from two partitions at a time."""
    left = dict(places)
    while left:
        for some in zip_longest(*[iter(list(left))] * 2):
            found = [records.batch(place, left[place], MOST) for place in some if place]
            haul = [batch for batch in found if batch is not None]
            left |= {(batch.topic, batch.partition): batch.end for batch in haul}
            if haul:
                yield haul
        left = {place: at for place, at in left.items() if records.batch(place, at, MOST)}


def forked(life: Callable[[], None]) -> bool:
    """Run a life in a process of its own; tell whether it was killed."""
    child = os.fork()
    if child == 0:
        life()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status) != 0:
        raise RuntimeError("a life ended with an error: it is above")
    return os.WIFSIGNALED(status)


def die() -> None:
    """End at once, with nothing put in order."""
    os.kill(os.getpid(), signal.SIGKILL)


def at_random(records: Records, dsn: str, chance: Random, kills: int) -> int:
    """Live as often, each time for a random while; return how often that was cut short."""

    def life() -> None:
        timer = threading.Timer(chance.random() * LONGEST_LIFE_S, die)
        timer.daemon = True
        live(records, dsn, lambda _: None, timer.start)

    killed = 0
    for _ in range(kills):
        chance.random()
        killed += forked(life)
    return killed


def at_point(records: Records, dsn: str, point: str) -> int:
    """Live some times, each until a point was passed so often; return how often that was."""

    def life(passes: int) -> None:
        left = [passes]

        def passed(name: str) -> None:
            left[0] -= name == point
            if left[0] == 0:
                die()

        live(records, dsn, passed, lambda: None)

    return sum(forked(lambda passes=passes: life(passes)) for passes in PASSES)


def main(how: str, dsn: str, events: int, seed: int, what: str) -> int:
    """Live and be killed, then live on to the end."""
    records = a_log(events, seed=seed)
    if how == "random":
        killed = at_random(records, dsn, Random(seed), int(what))
    else:
        killed = at_point(records, dsn, what)
    live(records, dsn, lambda _: None, lambda: None)
    sys.stdout.write(f"{killed}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]))
