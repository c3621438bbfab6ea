"""The command that verifies everything: llama verify."""

import asyncio
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from llama.cli.ingest import ingestion_in
from llama.cli.output import AsJson, print_json, print_line, print_table, progress
from llama.cli.rebuild import rebuild_in
from llama.cli.session import Session, in_session, open_log
from llama.client.archiving import Archiving
from llama.client.further_checks import (
    LostNotices,
    LostRecords,
    StaleLocks,
    TablesBuiltAgain,
    problems_at_rest,
)
from llama.client.ingestion import Ingestion, within
from llama.client.verification import Problem, Verification
from schemas.topics import FACTS_TOPIC

LOOKS = 3
"""A system at work changes while it is looked at."""


def verify(
    as_json: AsJson = False,
    timeout: Annotated[
        float, typer.Option("--timeout", help="Seconds to wait for services that are behind.")
    ] = 60.0,
) -> None:
    """Check tables, history and artifacts against the log; exit 1 if anything is wrong."""
    problems = in_session(lambda session: _problems(session, timeout))
    if as_json:
        print_json([asdict(problem) for problem in problems])
    elif problems:
        rows = [(one.check, one.subject, one.detail) for one in problems]
        print_table("", ("check", "what", "problem"), rows)
    else:
        print_line(
            "all is well: the tables equal a replay of the log, the history is what the log says, "
            "every artifact hashes to its name, every current file is made from current inputs"
        )
    if problems:
        raise typer.Exit(1)


async def _problems(session: Session, timeout: float) -> list[Problem]:
    """Look for problems: in what a replay gives, until that stands still, then in the tables."""
    from llama.adapters.git_locks import stale_locks

    async with open_log(session) as log:
        ingestion = ingestion_in(session, log)
        also = [
            LostRecords(session.ledger, log.reader),
            LostNotices(Archiving(session.models, session.artifacts)),
            StaleLocks(lambda: stale_locks(session.settings.history_folder)),
        ]
        kept = (session.models, session.artifacts, session.history)
        verification = Verification(log.reader, *kept, also)

        async def look() -> list[Problem]:
            progress("replaying the log ...")
            return [problem async for problem in verification.problems()]

        problems = await problems_at_rest(
            look,
            ends=lambda: log.reader.ends(FACTS_TOPIC),
            caught_up=lambda: _caught_up(ingestion, timeout),
            most=LOOKS,
        )
        progress("building the tables again ...")
        tables = TablesBuiltAgain(lambda: rebuild_in(session, log))
        return [*problems, *[problem async for problem in tables()]]


async def _caught_up(ingestion: Ingestion, timeout: float) -> None:
    progress("waiting until everything has been read ...")
    reading = asyncio.ensure_future(ingestion.caught_up())
    await within(timedelta(seconds=timeout), reading, what="reading the log to its end")
