"""The standing selections in a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llama.adapters.postgres.database import Database, Row, Session
from llama.domain.selection.standing import StandingSelection, standing_criteria


@dataclass(frozen=True, slots=True)
class PostgresSelections:
    """Tells which there are."""

    database: Database

    async def selections(self) -> Sequence[StandingSelection]:
        """Return the standing selections, by name."""
        return [_selection(row) for row in await self.database.fetch("list_selections")]


@dataclass(frozen=True, slots=True)
class PostgresSelectionBoard:
    """Changes them, within a transaction."""

    session: Session

    async def hold(self) -> Sequence[StandingSelection]:
        """Return them; they stay as they are until the transaction ends."""
        await self.session.fetch("hold_selections")
        return await self._all()

    async def to_change(self) -> Mapping[str, StandingSelection]:
        """Return them by name, once nobody else holds them; nobody will until the end."""
        await self.session.fetch("lock_selections")
        return {one.name: one for one in await self._all()}

    async def define(self, selection: StandingSelection) -> None:
        """Keep a selection, in the place of an earlier one of its name."""
        await self.session.fetch(
            "define_selection",
            *(selection.name, selection.criteria, selection.definition),
            *(selection.defined_at, selection.by, selection.reason),
        )

    async def remove(self, name: str) -> None:
        """Forget a selection."""
        await self.session.fetch("remove_selection", name)

    async def _all(self) -> Sequence[StandingSelection]:
        return [_selection(row) for row in await self.session.fetch("list_selections")]


def _selection(row: Row) -> StandingSelection:
    return StandingSelection(
        name=row["name"],
        criteria=row["criteria"],
        definition=row["definition"],
        defined_at=row["defined_at"],
        by=row["defined_by"],
        reason=row["reason"],
        wanted=standing_criteria(row["criteria"]),
    )
