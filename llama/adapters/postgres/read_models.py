"""Answers questions from the tables that the projection writes.

What lists do not need is imported by those who do: `llama ls` would spend more time on that than
on its answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llama.adapters.postgres.criteria import EVENTS, Origin, statements_of, words_of
from llama.adapters.postgres.database import Database, Row, Session
from llama.adapters.postgres.event_rows import read_event, read_place
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.event_profile import EventProfile
from llama.domain.selection.paging import Page, Question, page_of
from llama.ports.projections import (
    EventRow,
    ExternalTriggerRow,
    FactRow,
    FileRow,
    NeutrinoRow,
    Receipt,
    ReceivedSpan,
)

if TYPE_CHECKING:
    from llama.domain.archive import CopiesWanted
    from llama.domain.letters import ShownLetter
    from llama.domain.shown_details import Details
    from llama.domain.states import EventState
    from schemas.archive import ArchivedCopy
    from schemas.facts import Source
    from schemas.reports import LetterState, RevisionCommitted


@dataclass(frozen=True, slots=True)
class PostgresReadModels:
    """Answers questions; `projection` is the consumer whose states are shown."""

    database: Database
    projection: str = "projection"

    async def events(self, *, limit: int) -> Sequence[EventRow]:
        """Return events, the latest merger first."""
        return [read_event(row) for row in await self.database.fetch("list_events", limit)]

    async def select(self, question: Question) -> Page[EventRow]:
        """Return the page that a question asks for."""
        async with self.database.moment("events") as session:
            return page_of(question, await answers_to(question, session))

    async def state(self, event: str) -> EventState | None:
        """Return the state of an event as the projection has folded it."""
        from llama.adapters.postgres.kept_states import states_in
        from llama.domain.fold_version import FOLD_VERSION

        async with self.database.session() as session:
            rows = await session.fetch("load_states", self.projection, [event])
            return (await states_in(session, rows, fold_version=FOLD_VERSION)).get(event)

    async def details(self, event: str) -> Details:
        """Return how an event's flags changed, what is held back of it, and what has failed."""
        from llama.adapters.postgres.details import details_of

        return await details_of(self.database, event)

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
        from schemas.reports import RevisionCommitted

        rows = await self.database.fetch("list_revisions", event)
        return [RevisionCommitted.model_validate_json(row["body"]) for row in rows]

    async def dead_letters(
        self,
        *,
        limit: int,
        state: LetterState | None = None,
        reason: str | None = None,
        begins: str = "",
        contents: bool = False,
    ) -> Sequence[ShownLetter]:
        """Return refused inputs, newest first; those alone of a state, of a reason, of an id.

        With `contents` the newest alone of those that have content, reason and state in common.
        """
        from llama.adapters.postgres.archive import letters_in, literally

        asked = (limit, state.value if state else None, reason, literally(begins))
        return await letters_in(self.database, *asked, contents=contents)

    async def copies(self, wanted: CopiesWanted) -> Sequence[ArchivedCopy]:
        """Return copies of notices, in the order asked for."""
        from llama.adapters.postgres.archive import copies_in

        return await copies_in(self.database, wanted)

    async def raw_notices(self, *, begins: str, limit: int) -> Mapping[str, int]:
        """Return the sizes in bytes of notices by their digests, of those that begin so."""
        from llama.adapters.postgres.archive import raws_in

        return await raws_in(self.database, begins=begins, limit=limit)

    async def neutrinos(self, wanted: ReceivedSpan) -> Sequence[NeutrinoRow]:
        """Return neutrinos, the latest first; those of tests and retracted ones if asked for."""
        from llama.domain.neutrinos import ShownNeutrino

        span = (wanted.start, wanted.stop, wanted.tests, wanted.retracted, wanted.limit)
        rows = await self.database.fetch("list_neutrinos", *span)
        return [ShownNeutrino(*row.values()) for row in rows]

    async def external_triggers(self, wanted: ReceivedSpan) -> Sequence[ExternalTriggerRow]:
        """Return triggers, the latest first; those of tests and retracted ones if asked for."""
        from llama.domain.external_triggers import ShownTrigger

        span = (wanted.start, wanted.stop, wanted.tests, wanted.retracted, wanted.limit)
        rows = await self.database.fetch("list_external_triggers", *span)
        return [ShownTrigger(*row.values()) for row in rows]

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


async def answers_to(
    question: Question, session: Session, origin: Origin = EVENTS
) -> list[tuple[EventProfile, EventRow]]:
    """Return what a question looks for, in order, among the events or rows like theirs.

    Of the profiles only as much as says where the events stand in an order. `session` is of one
    moment.
    """
    head, rows = session.statements[origin.head], list[Row]()
    is_rare = await _has_rare_words(session, question.downselection)
    for text, values in statements_of(question, head, are_words_rare=is_rare, origin=origin):
        if len(rows) < question.wanted:
            rows += await session.run(text, *values)
    return [(read_place(row), read_event(row)) for row in rows]


async def _has_rare_words(session: Session, chosen: Downselection) -> bool:
    """Tell whether criteria ask for a word that few events have, if any."""
    wanted = {} if chosen.invert else words_of(chosen)
    if not wanted:
        return False
    rows = await session.fetch("common_words", list(wanted))
    common = {row["column"]: set(row["words"] or ()) for row in rows}
    # Of a table that was never counted nothing is known.
    return any(
        column in common and not common[column].issuperset(words)
        for column, words in wanted.items()
    )
