"""The command that tells what happened to an event: llama log."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated

import typer

from llama.cli.events import EventName, state_in
from llama.cli.looking_back import log_then
from llama.cli.moments import AsOf, say_moment
from llama.cli.output import AsJson, print_json, print_line, print_table
from llama.cli.session import Session, in_session
from llama.domain.states import Outcome
from llama.domain.telling import files_by_handler, told, told_of
from llama.domain.versions import Entry
from llama.ports.projections import FactRow, FactsOf
from schemas.facts import FACTS, PipelineAdopted

Files = Mapping[str, Sequence[str]]
"""The files of each handler."""
ACTS: Mapping[str, str] = MappingProxyType({"FilePut": "put", "FileDeleted": "delete"})
"""The kinds of acts that change files, as they are typed."""


def log(
    event: EventName,
    files: Annotated[
        bool, typer.Option("--files", help="Only the revisions of its files, newest first.")
    ] = False,
    last: Annotated[
        int, typer.Option("-n", "--last", help="Only so many, the newest; 0: all.", min=0)
    ] = 0,
    as_json: AsJson = False,
    as_of: AsOf = "",
) -> None:
    """Tell all that happened to an event, in order: notices, acts, results, failures."""
    say_moment(as_of)
    if files:
        revisions = in_session(lambda session: _revisions(session, event, as_of))
        _print_revisions(revisions[:last] if last else revisions, as_json=as_json)
        return
    rows, names = in_session(lambda session: _facts(session, event, as_of))
    _print_facts(rows[-last:] if last else rows, names, as_json=as_json)
    if last and last < len(rows) and not as_json:
        print_line(f"{len(rows) - last} earlier facts are left out")


async def _facts(session: Session, event: str, as_of: str) -> tuple[Sequence[FactRow], Files]:
    """Return the facts of an event, and the files of its handlers, by which they are told."""
    state = await state_in(session, event, as_of=as_of)
    facts: FactsOf = session.models
    rows = [row for row in await facts.facts(event) if row.sequence <= state.sequence]
    return rows, files_by_handler(state)


async def _revisions(session: Session, event: str, as_of: str) -> Sequence[Entry]:
    await state_in(session, event, as_of=as_of)
    return await log_then(session, event, as_of)


def _print_facts(rows: Sequence[FactRow], files: Files, *, as_json: bool) -> None:
    if as_json:
        print_json([_as_json(row, files) for row in rows])
    else:
        columns = ("when (UTC)", "what", "by", "why")
        print_table("", columns, [_in_words(row, files) for row in rows if not _is_echo(row)])


def _is_echo(row: FactRow) -> bool:
    """Tell whether a fact only repeats that a pipeline was adopted: nobody has to know."""
    return row.kind == PipelineAdopted.__name__ and row.outcome == Outcome.REDUNDANT


def _as_json(row: FactRow, files: Files) -> Mapping[str, object]:
    words = told(FACTS.validate_json(row.body), files)
    return {
        "sequence": row.sequence,
        "at": row.occurred_at.isoformat(),
        "what": words.what,
        "by": words.by,
        "why": words.why,
        "outcome": row.outcome,
        "fact": json.loads(row.body),
    }


def _in_words(row: FactRow, files: Files) -> tuple[str, ...]:
    words = told_of(FACTS.validate_json(row.body), row.outcome, files)
    return f"{row.occurred_at:%Y-%m-%d %H:%M:%S}", words.what, words.by, words.why


def _print_revisions(entries: Sequence[Entry], *, as_json: bool) -> None:
    if as_json:
        print_json([_revision_as_json(one) for one in entries])
        return
    rows = [
        (str(one.number), one.commit[:12], f"{one.at:%Y-%m-%d %H:%M:%S}", _subject(one))
        for one in entries
    ]
    print_table("", ("revision", "commit", "when (UTC)", "what"), rows)


def _subject(one: Entry) -> str:
    """Return what happened, with acts in the words that one types: `put x`, not `FilePut: x`."""
    subject = one.message.splitlines()[0]
    kind, colon, files = subject.partition(": ")
    return f"{ACTS[kind]} {files}" if colon and kind in ACTS else subject


def _revision_as_json(one: Entry) -> Mapping[str, object]:
    return {
        "revision": one.number,
        "commit": one.commit,
        "parent": one.parent,
        "at": one.at.isoformat(),
        "since": one.since.isoformat(),
        "message": one.message,
    }
