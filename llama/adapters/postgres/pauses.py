"""The switch that stops all publication: a row that says who, when and why, and who went on."""

from dataclasses import dataclass

from llama.adapters.postgres.database import Database, Row
from llama.domain.outlet import Pause


@dataclass(frozen=True, slots=True)
class PostgresPauses:
    """Keeps pauses, by the database's clock."""

    database: Database

    async def paused(self) -> Pause | None:
        """Return who has stopped it; None if it goes on."""
        return _pause(await self.database.first("pause_now"))

    async def pause(self, *, by: str, reason: str) -> Pause:
        """Stop it; return who stopped it first, if somebody has already."""
        while True:
            found = _pause(await self.database.first("begin_pause", by, reason))
            # Nothing is found if somebody else began a pause that could not be seen yet.
            if found is not None or (found := await self.paused()) is not None:
                return found

    async def resume(self, *, by: str, reason: str) -> Pause | None:
        """Go on with it, and wake workers; return the pause that is over, if there was one."""
        return _pause(await self.database.first("end_pause", by, reason))


def _pause(row: Row | None) -> Pause | None:
    return None if row is None else Pause(row["by"], row["reason"], row["since"])
