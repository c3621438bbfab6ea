"""Writes the read models: whole batches at once, and the same again if they come again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import orjson

from llama.adapters.postgres.database import Session
from llama.domain.shown import ShownEvent, ShownFile, shown
from llama.domain.states import StoredFile
from llama.domain.work import Step
from schemas.envelope import body_of
from schemas.reports import DeadLetter, RevisionCommitted

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PostgresViews:
    """Writes the read models, within a transaction."""

    session: Session

    async def record(self, steps: Sequence[Step]) -> None:
        """Show what some steps changed; of several of one event, the last says what it is now."""
        if not steps:
            return
        last = {step.after.event: step for step in steps}.values()
        drawn = [(step, *shown(step.after)) for step in last]
        await self._show_facts(steps)
        await self._show_file_versions(steps)
        await self._show_events([(step, event) for step, event, _ in drawn if event is not None])
        await self._show_files([(step.after.event, files) for step, _, files in drawn])

    async def record_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Show refused inputs."""
        first = list({letter.id: letter for letter in reversed(letters)}.values())
        await self.session.fetch(
            "show_dead_letters",
            [letter.id for letter in first],
            [letter.occurred_at for letter in first],
            [letter.reason.value for letter in first],
            [body_of(letter) for letter in first],
        )

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

    async def _show_facts(self, steps: Sequence[Step]) -> None:
        last = {(step.partition, step.offset): step for step in steps}.values()
        await self.session.fetch(
            "show_facts",
            *_columns(
                [
                    (
                        *(step.partition, step.offset, step.after.event, step.after.sequence),
                        *(step.fact.id, step.fact.kind, step.fact.occurred_at),
                        *(step.after.outcome.value, body_of(step.fact)),
                    )
                    for step in last
                ],
                count=9,
            ),
        )

    async def _show_file_versions(self, steps: Sequence[Step]) -> None:
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

    async def _show_events(self, events: Sequence[tuple[Step, ShownEvent]]) -> None:
        rows = [
            (
                *(event.event, event.alert_type, event.time_created, event.event_time),
                *(event.significant, event.is_test, event.retracted, event.settled),
                *(_json(event.flags), _json(event.files), event.changed_at, step.after.sequence),
            )
            for step, event in events
        ]
        await self.session.fetch("show_events", *_columns(rows, count=12))

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


def _new_contents(step: Step) -> dict[str, StoredFile]:
    """Return the files that a step gave a content they did not have."""
    before = step.before.files
    return {
        name: stored
        for name, stored in step.after.files.items()
        if name not in before or before[name].version != stored.version
    }


def _columns(rows: Sequence[tuple[object, ...]], *, count: int) -> list[list[object]]:
    """Turn rows of `count` fields into the arrays that `unnest` takes."""
    return [[row[place] for row in rows] for place in range(count)]


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
