"""Commands that look at inputs that were refused: llama dlq."""

import sys
from typing import Annotated

import typer

from llama.cli.output import AsJson, fail, print_json, print_table
from llama.cli.session import Session, in_session
from schemas.reports import DeadLetter

ALL_LETTERS = 1_000_000
"""As many as are searched for one: all of them."""

dlq = typer.Typer(
    name="dlq",
    help="Look at inputs that were refused (the dead letters).",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@dlq.command("ls")
def list_dead_letters(
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(help="How many at the most.", min=1)] = 1000,
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


@dlq.command("show")
def show_dead_letter(
    letter: Annotated[
        str,
        typer.Argument(metavar="ID", help="As `dlq ls` and `ingest` show it, or its beginning."),
    ],
    as_json: AsJson = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Write the bytes that were refused to standard output.")
    ] = False,
) -> None:
    """Tell all about a refused input: why, how large it is, where it came from and is kept."""
    found = in_session(lambda session: _dead_letter(session, letter))
    if raw:
        sys.stdout.buffer.write(in_session(lambda session: _bytes_of(session, found)))
    elif as_json:
        print_json(found.model_dump(mode="json"))
    else:
        print_table("", ("", found.id), _told(found))


async def _dead_letter(session: Session, name: str) -> DeadLetter:
    letters = await session.models.dead_letters(limit=ALL_LETTERS)
    found = [one for one in letters if name and one.id.startswith(name)]
    if not found:
        fail(f"there is no dead letter {name}: `llama dlq ls` lists them")
    if len(found) > 1:
        fail(f"{len(found)} dead letters begin with {name}: give more of the id (`llama dlq ls`)")
    return found[0]


async def _bytes_of(session: Session, letter: DeadLetter) -> bytes:
    if letter.raw is None:
        fail(f"the bytes of {letter.id} were not kept: {letter.reason.value}")
    return await session.artifacts.get(letter.raw)


def _told(letter: DeadLetter) -> list[tuple[str, str]]:
    source = letter.source
    came = f"{source.topic}, partition {source.partition}, offset {source.offset}" if source else ""
    return [
        ("when (UTC)", f"{letter.occurred_at:%Y-%m-%d %H:%M:%S}"),
        ("reason", letter.reason.value),
        ("detail", letter.detail),
        ("file", letter.name),
        ("bytes", f"{letter.size:,}"),
        ("came from", came or "a file"),
        ("kept as", f"{letter.raw} (--raw writes it)" if letter.raw else "not kept"),
    ]
