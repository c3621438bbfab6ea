"""Commands that look for trouble: the dead letters, and the verification of everything."""

from dataclasses import asdict
from typing import Annotated

import typer

from llama.cli.ingest import ingestion_in
from llama.cli.output import AsJson, print_json, print_line, print_table, progress
from llama.cli.session import Session, in_session, open_log
from llama.client.verification import Problem, Verification

dlq = typer.Typer(
    name="dlq",
    help="Look at inputs that were refused (the dead letters).",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@dlq.command("ls")
def list_dead_letters(
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(help="How many at the most.")] = 1000,
) -> None:
    """List refused inputs, newest first, each with its reason."""
    letters = in_session(lambda session: session.models.dead_letters(limit=limit))
    if as_json:
        print_json([letter.model_dump(mode="json") for letter in letters])
        return
    rows = [
        (
            letter.id[:12],
            letter.occurred_at.strftime("%Y-%m-%d %H:%M:%S"),
            letter.reason.value,
            f"{letter.size:,}",
            letter.name,
            letter.detail,
        )
        for letter in letters
    ]
    print_table("", ("id", "when (UTC)", "reason", "bytes", "file", "detail"), rows)


def verify(as_json: AsJson = False) -> None:
    """Check tables, history and artifacts against the log; exit 1 if anything is wrong."""
    problems = in_session(_problems)
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


async def _problems(session: Session) -> list[Problem]:
    async with open_log(session) as log:
        progress("waiting until everything has been read ...")
        await ingestion_in(session, log).caught_up()
        progress("replaying the log ...")
        verification = Verification(log.reader, session.models, session.artifacts, session.history)
        return [problem async for problem in verification.problems()]
