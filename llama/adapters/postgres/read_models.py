"""Answers questions from the tables that the projection writes."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from llama.adapters.postgres.database import Database, Row
from llama.adapters.postgres.values import read_state
from llama.domain.states import EventState
from llama.ports.projections import EventRow, FactRow, FileRow, Receipt
from schemas.facts import Source
from schemas.reports import DeadLetter, RevisionCommitted


@dataclass(frozen=True, slots=True)
class PostgresReadModels:
    """Answers questions; `projection` is the consumer whose states are shown."""

    database: Database
    projection: str = "projection"

    async def events(self, *, limit: int) -> Sequence[EventRow]:
        """Return events, the latest merger first."""
        return [_event(row) for row in await self.database.fetch("list_events", limit)]

    async def state(self, event: str) -> EventState | None:
        """Return the state of an event as the projection has folded it."""
        row = await self.database.first("load_states", self.projection, [event])
        return None if row is None else read_state(row["state"])

    async def files(self, event: str) -> Sequence[FileRow]:
        """Return the files of an event, ancestors first."""
        rows = await self.database.fetch("list_files", event)
        return [FileRow(*row.values()) for row in rows]

    async def facts(self, event: str) -> Sequence[FactRow]:
        """Return what happened to an event, in order."""
        rows = await self.database.fetch("list_facts", event)
        return [FactRow(*row.values()) for row in rows]

    async def revisions(self, event: str) -> Sequence[RevisionCommitted]:
        """Return the revisions of an event, oldest first."""
        rows = await self.database.fetch("list_revisions", event)
        return [RevisionCommitted.model_validate_json(row["body"]) for row in rows]

    async def dead_letters(self, *, limit: int) -> Sequence[DeadLetter]:
        """Return refused inputs, newest first."""
        rows = await self.database.fetch("list_dead_letters", limit)
        return [DeadLetter.model_validate_json(row["body"]) for row in rows]

    async def receipt(self, source: Source) -> Receipt | None:
        """Return what became of a record of an alert topic; None while it is not decided."""
        place = (source.topic, source.partition, source.offset)
        row = await self.database.first("find_receipt", *place)
        return None if row is None else Receipt(source, *row.values())

    async def leased(self, event: str) -> Sequence[str]:
        """Return the handlers of an event that a worker is running now."""
        return [row["handler"] for row in await self.database.fetch("leased_handlers", event)]

    async def deployed(self) -> str | None:
        """Return the digest of the deployed pipeline's manifest; None before the first."""
        row = await self.database.first("latest_deployment")
        return None if row is None else row["manifest_digest"]


def _event(row: Row) -> EventRow:
    fields = {**dict(row), "flags": orjson.loads(row["flags"]), "files": orjson.loads(row["files"])}
    return EventRow(**fields)
