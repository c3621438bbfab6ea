"""The book of sources: how far each was read, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from llama.adapters.postgres.database import Database
from llama.domain.sources.copying import reader_of
from llama.domain.sources.gaps import Gap
from llama.ports.sources import Places, Seen
from schemas.sources import SourceStanding


@dataclass(frozen=True, slots=True)
class PostgresSourceBook:
    """Keeps the book of sources in one database."""

    database: Database

    async def places(self, source: str) -> Places:
        """Return the places up to which the records of a source are on our own log."""
        rows = await self.database.fetch("all_positions", reader_of(source))
        return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}

    async def standing(self, source: str) -> SourceStanding | None:
        """Return how a source stands; None if it was never read."""
        row = await self.database.first("find_source", source)
        return None if row is None else SourceStanding.model_validate_json(row["standing"])

    async def keep(self, standing: SourceStanding) -> None:
        """Keep how a source stands."""
        await self.database.fetch("keep_source", standing.source, standing.model_dump_json())

    async def seen(self) -> Sequence[Seen]:
        """Return how all sources stand, by name, and when each was last looked at."""
        rows = await self.database.fetch("list_sources")
        return [
            Seen(SourceStanding.model_validate_json(row["standing"]), row["kept_at"])
            for row in rows
        ]

    async def gaps(self, *, limit: int) -> Sequence[Gap]:
        """Return the times in which sources were not heard, the latest first."""
        return [Gap(*row.values()) for row in await self.database.fetch("list_gaps", limit)]
