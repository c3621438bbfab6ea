"""Copies of notices and dead letters: written with the other read models, and read."""

from collections.abc import Mapping, Sequence

from llama.adapters.postgres.database import Database, Row, Session
from llama.domain.archive import CopiesWanted
from llama.domain.copies import Copy, archived, first_told
from llama.domain.letters import ShownLetter, in_effect
from schemas.archive import ArchivedCopy
from schemas.envelope import body_of
from schemas.facts import Source
from schemas.reports import DeadLetter, DeadLetterClosed


async def show_copies(session: Session, copies: Sequence[Copy]) -> None:
    """Show copies of notices; nothing is often all."""
    rows = [
        (
            *_place_of(copy.source),
            *(copy.received_at, copy.name, copy.raw, copy.size, copy.is_test, copy.became),
            *(copy.subject, copy.reason, copy.identity, copy.message),
            *(copy.partition, copy.offset, copy.origin),
        )
        for copy in first_told(copies).values()
    ]
    if rows:
        await session.fetch("show_copies", *map(list, zip(*rows, strict=True)))


async def show_letters(session: Session, letters: Sequence[DeadLetter]) -> None:
    """Show refused inputs."""
    first = {letter.id: letter for letter in reversed(letters)}.values()
    rows = [
        (one.id, one.occurred_at, one.reason.value, body_of(one), *_place_of(one.source))
        for one in first
    ]
    if rows:
        await session.fetch("show_dead_letters", *map(list, zip(*rows, strict=True)))


async def close_letters(session: Session, closings: Sequence[DeadLetterClosed]) -> None:
    """Show what operators did about refused inputs, in order."""
    rows = [
        (one.letter, one.state, body_of(one), *_place_of(one.source))
        for one in in_effect(closings).values()
    ]
    if rows:
        await session.fetch("close_dead_letters", *map(list, zip(*rows, strict=True)))


async def copies_in(database: Database, wanted: CopiesWanted) -> Sequence[ArchivedCopy]:
    """Return copies of notices, in the order asked for."""
    statement = "list_copies_in_order" if wanted.oldest_first else "list_copies"
    after = wanted.after.key if wanted.after else (None, None, None, None)
    asked = (wanted.limit, wanted.event, wanted.since, wanted.until, wanted.reason, *after)
    async with database.transaction() as session:
        # A plan for any values would go through all that stands before the place.
        await session.fetch("plan_anew")
        return [_archived(row) for row in await session.fetch(statement, *asked)]


async def raws_in(database: Database, *, begins: str, limit: int) -> Mapping[str, int]:
    """Return the sizes of notices by their digests."""
    rows = await database.fetch("list_raw_notices", literally(begins), limit)
    return {row["raw"]: row["size"] for row in rows}


async def letters_in(database: Database, *asked: object, contents: bool) -> Sequence[ShownLetter]:
    """Return refused inputs, newest first; asked for as `list_dead_letters` has it."""
    statement = "list_refused_contents" if contents else "list_dead_letters"
    return [_letter(row) for row in await database.fetch(statement, *asked)]


def literally(begins: str) -> str:
    """Return a pattern that means a text, whatever it consists of."""
    return begins.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _place_of(source: Source | None) -> tuple[str | None, int | None, int | None]:
    return (source.topic, source.partition, source.offset) if source else (None, None, None)


def _archived(row: Row) -> ArchivedCopy:
    copy = Copy(
        source=Source(
            topic=row["topic"], partition=row["source_partition"], offset=row["source_offset"]
        ),
        received_at=row["received_at"],
        name=row["name"],
        raw=row["raw"],
        size=row["size"],
        is_test=row["is_test"],
        became=row["became"],
        subject=row["subject"],
        reason=row["reason"],
        identity=row["identity"],
        message="",
        partition=0,
        offset=0,
        origin=row["origin"],
    )
    return archived(copy, is_repeat=row["is_repeat"])


def _letter(row: Row) -> ShownLetter:
    closed = row["closed"]
    return ShownLetter(
        DeadLetter.model_validate_json(row["body"]),
        None if closed is None else DeadLetterClosed.model_validate_json(closed),
        None if row["became"] is None else _archived(row),
        row["after"],
        row["copies"],
    )
