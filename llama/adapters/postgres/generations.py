"""Generations of the read models in PostgreSQL: the next one is built in a schema of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from llama.adapters.postgres.database import Database, Session
from llama.adapters.postgres.failures import translated
from llama.adapters.postgres.table_copies import (
    BUILT,
    LIVE,
    PROJECTED_TABLES,
    copy_tables,
    drop_tables,
    hash_query,
    move_tables,
)
from llama.domain.errors import Misconfigured
from llama.ports.generations import TableHash

PATIENCE = "set local lock_timeout to '20s'"
"""Whoever reads a table holds up its replacement, which holds up whoever comes next."""


@dataclass(frozen=True, slots=True)
class PostgresGenerations:
    """The live generation, and the one that `builder` (a consumer) builds beside it."""

    database: Database
    consumer: str = "projection"
    builder: str = "projection.rebuilding"

    async def live_fold(self) -> int:
        """Return the version of the fold that the live generation was made by."""
        row = await self.database.first("live_generation")
        return row["fold_version"] if row else 0

    async def begin(self, fold_version: int) -> bool:
        """Prepare empty tables; False if there are some that can be gone on with."""
        async with self.database.transaction() as session:
            if await session.first("built_generation", fold_version):
                return False
            with translated():
                await copy_tables(session)
            await session.fetch("unregister_generation", self.builder)
            await session.fetch("register_generation", fold_version)
        return True

    async def hashes(self, *, live: bool) -> Mapping[str, TableHash]:
        """Return the hash of every table of the live generation, or of the one being built.

        All at one moment. The states that go with the tables count as one of them.
        """
        schema, consumer = (LIVE, self.consumer) if live else (BUILT, self.builder)
        found: dict[str, TableHash] = {}
        tables = [f"{schema}.{table}" for table in PROJECTED_TABLES]
        async with self.database.moment(*tables) as session:
            for table in PROJECTED_TABLES:
                names = await session.fetch("columns_of", schema, table)
                query = hash_query(schema, table, [row["column_name"] for row in names])
                found[table] = await _hash(session, query)
            columns = ("event", "sequence", "fold_version", "digest")
            query = hash_query(LIVE, "states", columns, "where consumer = $1")
            found["states"] = await _hash(session, query, consumer)
        return found

    async def switch(self) -> None:
        """Put what was built in the place of the live generation, which is dropped.

        Misconfigured if nothing was built. Whoever shows the live one finds itself fenced.
        """
        async with self.database.transaction() as session:
            await session.run(PATIENCE)
            await session.fetch("lock_generations", [self.consumer, self.builder])
            await session.fetch("retire_generation")
            await session.fetch("enliven_generation")
            if await session.first("live_generation") is None:
                raise Misconfigured("no generation was built: run `llama rebuild`")
            with translated():
                await move_tables(session)
            await session.fetch("unfollow_live", self.consumer)
            await session.fetch("follow_offsets", self.consumer, self.builder)
            await session.fetch("follow_states", self.consumer, self.builder)

    async def drop(self) -> None:
        """Drop what was built."""
        async with self.database.transaction() as session:
            with translated():
                await drop_tables(session)
            await session.fetch("unregister_generation", self.builder)


async def _hash(session: Session, query: str, *arguments: object) -> TableHash:
    [row] = await session.run(query, *arguments)
    return TableHash(row["rows"], row["sums"])
