"""Writes the read models: whole batches at once, and the same again if they come again."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import TypeVar

from llama.adapters.postgres.archive import close_letters, show_copies, show_letters
from llama.adapters.postgres.database import Session
from llama.adapters.postgres.details import show_details
from llama.adapters.postgres.event_rows import EVENT_COLUMNS, event_row
from llama.adapters.postgres.past import keep_spans
from llama.domain import external_triggers
from llama.domain.contents import brought_by
from llama.domain.copies import Copy
from llama.domain.moves import Folded
from llama.domain.neutrinos import ShownNeutrino, newest
from llama.domain.selection.profile import profile_of
from llama.domain.shown import ShownFile, shown_from
from llama.domain.sources.gaps import Gap, gaps_of
from llama.domain.spans import Round, rounds_of
from llama.domain.states import StoredFile
from schemas.envelope import body_of
from schemas.external_triggers import ExternalTriggerReceived
from schemas.neutrinos import NeutrinoReceived
from schemas.reports import DeadLetter, DeadLetterClosed, RevisionCommitted
from schemas.sources import SourceBlind, SourceCaughtUp

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PostgresViews:
    """Writes the read models, within a transaction."""

    session: Session

    async def record(self, steps: Sequence[Folded]) -> None:
        """Show what some steps changed; of several of one event, the last says what it is now."""
        if not steps:
            return
        await self._show_facts(steps)
        await self._show_file_versions(steps)
        files: dict[str, Sequence[ShownFile]] = {}
        for one in rounds_of(steps):
            files |= await self._show_round(one)
        await self._show_files(list(files.items()))
        await show_details(self.session, steps)
        await self.session.fetch("announce_facts")

    async def record_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Show refused inputs."""
        await show_letters(self.session, letters)

    async def record_closings(self, closings: Sequence[DeadLetterClosed]) -> None:
        """Show what operators did about refused inputs that are shown, in order."""
        await close_letters(self.session, closings)

    async def record_copies(self, copies: Sequence[Copy]) -> None:
        """Show copies of notices; of several of one record the one of the least rank."""
        await show_copies(self.session, copies)

    async def record_revisions(self, revisions: Sequence[RevisionCommitted]) -> None:
        """Show revisions of histories."""
        last = list({(one.event, one.number): one for one in revisions}.values())
        await self.session.fetch(
            "show_revisions",
            [revision.event for revision in last],
            [revision.number for revision in last],
            [revision.commit for revision in last],
            [body_of(revision) for revision in last],
        )

    async def record_neutrinos(self, received: Sequence[NeutrinoReceived]) -> None:
        """Show neutrinos: of each the newest revision, whatever the order."""
        rows = [astuple(one) for one in newest(received).values()]
        columns = len(fields(ShownNeutrino))
        await self.session.fetch("show_neutrinos", *_columns(rows, count=columns))

    async def record_external_triggers(self, received: Sequence[ExternalTriggerReceived]) -> None:
        """Show other observatories' triggers: of each the newest revision, whatever the order."""
        rows = [astuple(one) for one in external_triggers.newest(received).values()]
        columns = len(fields(external_triggers.ShownTrigger))
        await self.session.fetch("show_external_triggers", *_columns(rows, count=columns))

    async def record_gaps(self, told: Sequence[SourceBlind | SourceCaughtUp]) -> None:
        """Show when sources were not heard."""
        rows = [astuple(gap) for gap in gaps_of(told).values()]
        await self.session.fetch("show_gaps", *_columns(rows, count=len(fields(Gap))))

    async def _show_round(self, one: Round) -> dict[str, Sequence[ShownFile]]:
        """Keep what was, show what is, and return the files of the events."""
        await keep_spans(self.session, one.over)
        drawn = {event: (step, *shown_from(step.board)) for event, step in one.last.items()}
        await self._show_events(
            [
                event_row(shown, profile_of(step.after, files), step.after.sequence)
                for step, shown, files in drawn.values()
                if shown is not None
            ]
        )
        return {event: files for event, (_, _, files) in drawn.items()}

    async def _show_facts(self, steps: Sequence[Folded]) -> None:
        last = {(step.partition, step.offset): step for step in steps}.values()
        await self.session.fetch(
            "show_facts",
            *_columns(
                [
                    (
                        *(step.partition, step.offset, step.after.event, step.after.sequence),
                        *(step.fact.id, step.fact.kind, step.fact.occurred_at),
                        *(step.after.outcome.value, step.body),
                    )
                    for step in last
                ],
                count=9,
            ),
        )

    async def _show_file_versions(self, steps: Sequence[Folded]) -> None:
        contents = {
            (step.after.event, name, stored.version): stored
            for step in steps
            for name, stored in _new_contents(step).items()
        }
        rows = [
            (*key, stored.content.digest, stored.content.size, stored.fact, stored.at)
            for key, stored in contents.items()
        ]
        await self.session.fetch("show_file_versions", *_columns(rows, count=7))

    async def _show_events(self, rows: Sequence[tuple[object, ...]]) -> None:
        await self.session.fetch("show_events", *_columns(rows, count=EVENT_COLUMNS))

    async def _show_files(self, listings: Sequence[tuple[str, Sequence[ShownFile]]]) -> None:
        rows = [
            (
                *(event, file.name, position, file.handler, file.status, file.reason),
                *(file.version, file.digest, file.size),
            )
            for event, files in listings
            for position, file in enumerate(files)
        ]
        columns = _columns(rows, count=9)
        events = [event for event, _ in listings]
        await self.session.fetch("hide_files", events, columns[0], columns[1])
        await self.session.fetch("show_files", *columns)


def _new_contents(step: Folded) -> dict[str, StoredFile]:
    """Return the files that a step gave a content they did not have."""
    before, after = step.before.files, step.after.files
    if after is before:
        return {}
    brought = {content.file for content in brought_by(step.fact)}
    return {
        name: after[name]
        for name in brought
        if name not in before or before[name].version != after[name].version
    }


def _columns(rows: Sequence[tuple[object, ...]], *, count: int) -> list[list[object]]:
    """Turn rows of `count` fields into the arrays that `unnest` takes."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(count)]
