"""The command that tells what happened to an event: llama log."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from llama.cli.events import EventName, state_in
from llama.cli.output import AsJson, print_json, print_line, print_table
from llama.cli.session import Session, in_session
from llama.domain.telling import told, told_of
from llama.ports.history import Revision
from llama.ports.projections import FactRow, FactsOf
from schemas.facts import FACTS


def log(
    event: EventName,
    files: Annotated[
        bool, typer.Option("--files", help="Only the revisions of its files, newest first.")
    ] = False,
    last: Annotated[
        int, typer.Option("-n", "--last", help="Only so many, the newest; 0: all.", min=0)
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Tell all that happened to an event, in order: notices, acts, results, failures."""
    if files:
        revisions = in_session(lambda session: _revisions(session, event))
        _print_revisions(revisions[:last] if last else revisions, as_json=as_json)
        return
    rows = in_session(lambda session: _facts(session, event))
    _print_facts(rows[-last:] if last else rows, as_json=as_json)
    if last and last < len(rows) and not as_json:
        print_line(f"{len(rows) - last} earlier facts are left out")


async def _facts(session: Session, event: str) -> Sequence[FactRow]:
    await state_in(session, event)
    facts: FactsOf = session.models
    return await facts.facts(event)


async def _revisions(session: Session, event: str) -> Sequence[Revision]:
    await state_in(session, event)
    return await session.history.log(event)


def _print_facts(rows: Sequence[FactRow], *, as_json: bool) -> None:
    if as_json:
        print_json([_as_json(row) for row in rows])
    else:
        columns = ("when (UTC)", "what", "by", "why")
        print_table("", columns, [_in_words(row) for row in rows])


def _as_json(row: FactRow) -> Mapping[str, object]:
    words = told(FACTS.validate_json(row.body))
    return {
        "sequence": row.sequence,
        "at": row.occurred_at.isoformat(),
        "what": words.what,
        "by": words.by,
        "why": words.why,
        "outcome": row.outcome,
        "fact": json.loads(row.body),
    }


def _in_words(row: FactRow) -> tuple[str, ...]:
    words = told_of(FACTS.validate_json(row.body), row.outcome)
    return f"{row.occurred_at:%Y-%m-%d %H:%M:%S}", words.what, words.by, words.why


def _print_revisions(entries: Sequence[Revision], *, as_json: bool) -> None:
    if as_json:
        print_json([_revision_as_json(one) for one in entries])
        return
    rows = [
        (one.commit[:12], f"{one.at:%Y-%m-%d %H:%M:%S}", one.message.splitlines()[0])
        for one in entries
    ]
    print_table("", ("commit", "when (UTC)", "what"), rows)


def _revision_as_json(one: Revision) -> Mapping[str, object]:
    return {
        "commit": one.commit,
        "parent": one.parent,
        "at": one.at.isoformat(),
        "message": one.message,
    }
