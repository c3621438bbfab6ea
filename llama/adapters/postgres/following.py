"""Follows the table of facts; the projection's transactions wake whoever waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from llama.adapters.postgres.database import Database
from llama.adapters.postgres.listening import Listener
from llama.domain.position import Position
from llama.ports.following import ShownFact
from schemas.facts import FACTS, Fact
from schemas.topics import FACTS_TOPIC

CHANNEL = "llama_facts"
"""Spelled in queries/following.sql as well."""


@dataclass(frozen=True, slots=True)
class PostgresFollowing:
    """Follows what the `projection` shows."""

    database: Database
    projection: str = "projection"

    @property
    def heard(self) -> int:
        """Return a number that grows whenever something new may be shown."""
        return self._listener.heard

    async def wait(self, *, seen: int, timeout_s: float) -> None:
        """Return when more was heard than was seen, at the latest after the timeout."""
        await self._listener.listen()
        await self._listener.wait(seen=seen, timeout_s=timeout_s)

    async def position(self) -> Position:
        """Return the position behind everything that is shown now."""
        rows = await self.database.fetch("positions", self.projection, FACTS_TOPIC.name)
        return Position({row["partition"]: row["next_offset"] for row in rows})

    async def since(self, moment: datetime) -> Position:
        """Return a position before all facts that occurred at or after a moment."""
        # What becomes visible between the two looks is behind the first one.
        now = await self.position()
        rows = await self.database.fetch("offsets_since", moment)
        first = {row["partition"]: row["log_offset"] for row in rows}
        return Position(
            {at: min(offset, first.get(at, offset)) for at, offset in now.offsets.items()}
        )

    async def after(self, position: Position, *, limit: int) -> Sequence[ShownFact]:
        """Return what comes next behind a position, up to `limit` facts of each partition."""
        place = list(position.offsets), list(position.offsets.values())
        rows = await self.database.fetch(
            "facts_after", self.projection, FACTS_TOPIC.name, *place, limit
        )
        return [
            ShownFact(
                row["partition"],
                row["log_offset"],
                row["sequence"],
                row["outcome"],
                FACTS.validate_json(row["body"]),
            )
            for row in rows
        ]

    async def before(self, event: str, sequence: int) -> Sequence[Fact]:
        """Return the facts of an event before the one with this sequence, in order."""
        rows = await self.database.fetch("facts_before", event, sequence)
        return [FACTS.validate_json(row["body"]) for row in rows]

    @property
    def _listener(self) -> Listener:
        return self.database.listener(CHANNEL)
