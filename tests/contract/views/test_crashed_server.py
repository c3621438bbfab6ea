"""PostgreSQL dies while the projection commits without waiting for the disk.

What was committed last is lost, offsets and rows alike: the projection, which lives on, finds
itself ahead of the database, and begins again where that says.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from llama.adapters.memory.log import MemorySubscription
from llama.adapters.postgres import PostgresLedger, connect
from llama.domain.errors import Fenced
from llama.domain.moves import Folded
from llama.ports.generations import TableHash
from llama.ports.ledger import Transaction
from llama.ports.message_log import Haul, Subscription
from llama.runtime.consuming import consume
from llama.runtime.folding import MoveFolder
from llama.runtime.projecting import CONSUMER, PROJECTED, Projector, show
from tests.support.busy_log import busy_log
from tests.support.crashing_server import CrashingServer, a_crashing_server
from tests.support.killed_projector import POINTS, DoomedLedger
from tests.support.postgres import Databases
from tests.support.rebuilding import Scene, a_scene

EVENTS = 40
MOST = 10
CRASHES = 3
PASSES_IN_A_LIFE = 15
DEADLINE_S = 120


@dataclass(slots=True)
class Following:
    """The projection as its service runs it, on a server that dies at a point again and again."""

    scene: Scene
    server: CrashingServer
    how: str
    point: str
    crashes: int = 0
    fenced: int = 0
    """How often it found that the database had lost what it had committed."""
    passes: int = 0
    died: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def passed(self, point: str) -> None:
        """Let the server die when the point was passed often enough."""
        self.passes += point == self.point
        if self.passes >= PASSES_IN_A_LIFE and self.crashes < CRASHES and not self.died.is_set():
            self.server.die(self.how)
            self.died.set()

    async def revive(self) -> None:
        """Start the server again as often as it dies."""
        while self.crashes < CRASHES:
            await self.died.wait()
            await self.server.rise()
            self.crashes, self.passes = self.crashes + 1, 0
            self.died.clear()

    async def follow(self) -> None:
        """Consume for ever."""
        ledger = DoomedLedger(self.scene.database, waits_for_disk=False, passed=self.passed)

        async def showing(transaction: Transaction, folded: Sequence[Folded]) -> None:
            self.passed("after fold")
            await show(transaction, folded)

        folder = MoveFolder(CONSUMER, ledger, showing)
        projector = Projector(ledger, folder)

        async def handle(haul: Haul) -> None:
            try:
                await projector.handle(haul)
            except Fenced:
                self.fenced += 1
                raise
            if await shown(self.scene) == await written(self.scene):
                self.over.set()

        await consume(self._subscription, handle, on_start=folder.forget)

    @asynccontextmanager
    async def _subscription(self) -> AsyncGenerator[Subscription]:
        places = await positions(self.scene)
        yield MemorySubscription(self.scene.log, PROJECTED, places, most=MOST)


async def positions(scene: Scene) -> dict[tuple[str, int], int]:
    ledger = PostgresLedger(scene.database)
    return {
        (topic.name, number): offset
        for topic in PROJECTED
        for number, offset in (await ledger.positions(CONSUMER, topic.name)).items()
    }


async def shown(scene: Scene) -> int:
    return sum((await positions(scene)).values())


async def written(scene: Scene) -> int:
    return sum([sum((await scene.log.ends(topic)).values()) for topic in PROJECTED])


@pytest.fixture
async def undisturbed(postgres_18: Databases) -> Mapping[str, TableHash]:
    async with postgres_18.fresh() as dsn, a_scene(dsn) as scene:
        await scene.tell(busy_log(EVENTS))
        await scene.show()
        return await scene.hashes()


@pytest.mark.parametrize(
    ("how", "point"), [*(("kill", point) for point in POINTS), ("immediate", "before commit")]
)
async def test_what_was_lost_with_the_server_is_shown_again(
    undisturbed: Mapping[str, TableHash], how: str, point: str
) -> None:
    async with a_crashing_server() as server, a_scene(server.server.dsn) as scene:
        await scene.tell(busy_log(EVENTS))
        following = Following(scene, server, how, point)
        async with asyncio.timeout(DEADLINE_S):
            tasks = [asyncio.create_task(one) for one in (following.follow(), following.revive())]
            await following.over.wait()
            await tasks[1]
        tasks[0].cancel()
        await scene.built()

        assert (following.crashes, following.fenced >= CRASHES) == (CRASHES, True)
        assert await scene.hashes() == undisturbed
        assert await scene.hashes(live=False) == undisturbed


async def test_what_waits_for_the_disk_survives() -> None:
    async with a_crashing_server() as server, await connect(server.server.dsn) as database:
        for waits, consumer in ((True, "waiting"), (False, "not waiting")):
            ledger = PostgresLedger(database, waits_for_disk=waits)
            async with ledger.transaction(consumer) as transaction:
                await transaction.advance("topic", 0, expected=0, to=1)
        server.die("kill")
        await server.rise()

        async with await connect(server.server.dsn) as again:
            ledger = PostgresLedger(again)
            found = [await ledger.positions(one, "topic") for one in ("waiting", "not waiting")]

    assert found == [{0: 1}, {}]
