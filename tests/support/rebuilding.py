"""A log in memory, its live projection in a database, and rebuilds beside that."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field

from llama.adapters.memory.log import MemoryLog, MemorySubscription
from llama.adapters.postgres import Database, PostgresLedger, connect
from llama.adapters.postgres.generations import PostgresGenerations
from llama.adapters.postgres.table_copies import BUILT, LIVE
from llama.client.rebuilding import BUILDER, Rebuild
from llama.domain.fold_version import FOLD_VERSION
from llama.ports.generations import TableHash
from llama.ports.message_log import Subscription
from llama.runtime.projecting import CONSUMER, PROJECTED, Projector
from schemas.facts import Fact
from schemas.topics import FACTS_TOPIC, REVISIONS_TOPIC
from tests.support.projections import a_projector, a_revision


@dataclass(slots=True)
class Scene:
    """The live projection of a log, which may grow, and a rebuild."""

    database: Database
    beside: Database
    log: MemoryLog = field(default_factory=MemoryLog)
    fold_version: int = FOLD_VERSION
    """Of the release that is at work."""

    @property
    def generations(self) -> PostgresGenerations:
        """The generations of the tables."""
        return PostgresGenerations(self.database, builder=BUILDER)

    async def tell(self, facts: Iterable[Fact]) -> None:
        """Write facts to the log, and a revision of each of their events."""
        told = list(facts)
        await self.log.append(FACTS_TOPIC, told)
        events = sorted({fact.event for fact in told})
        await self.log.append(REVISIONS_TOPIC, [a_revision(event) for event in events])

    async def show(self, projector: Projector | None = None) -> None:
        """Let the live projection read all there is."""
        projector = projector or a_projector(self.database, fold_version=self.fold_version)
        for topic in PROJECTED:
            known = await PostgresLedger(self.database).positions(CONSUMER, topic.name)
            places = {(topic.name, number): offset for number, offset in known.items()}
            ends = await self.log.ends(topic)
            subscription = MemorySubscription(self.log, [topic], places)
            left = {n for n, end in ends.items() if end > known.get(n, 0)}
            if not left:
                continue
            async for haul in subscription.hauls():
                await projector.handle(haul)
                await subscription.confirm(haul)
                left -= {batch.partition for batch in haul}
                if not left:
                    break

    async def rebuild(self, *, most: int = 10_000) -> Rebuild:
        """Return a rebuild that goes on where the one before was; at most so many at once."""
        ledger = PostgresLedger(self.beside)
        places: dict[tuple[str, int], int] = {}
        for topic in PROJECTED:
            known = await ledger.positions(BUILDER, topic.name)
            places |= {(topic.name, number): offset for number, offset in known.items()}

        def subscribe() -> AbstractAsyncContextManager[Subscription]:
            return nullcontext(MemorySubscription(self.log, PROJECTED, places, most=most))

        version = self.fold_version
        projector = a_projector(self.beside, BUILDER, fold_version=version)
        return Rebuild(self.generations, ledger, self.log, subscribe, projector, version)

    async def built(self) -> None:
        """Build the next generation to the end of the log."""
        async for _ in (await self.rebuild()).build():
            pass

    async def hashes(self, *, live: bool = True) -> Mapping[str, TableHash]:
        """Return the hashes of all tables."""
        return await self.generations.hashes(live=live)


@asynccontextmanager
async def a_scene(dsn: str) -> AsyncGenerator[Scene]:
    """Connect to a database twice, as a rebuild does."""
    async with (
        await connect(dsn) as database,
        await connect(dsn, schemas=f"{BUILT}, {LIVE}") as beside,
    ):
        yield Scene(database, beside)
