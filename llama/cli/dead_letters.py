"""Commands about inputs that were refused: llama dlq."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Annotated

import typer

from llama.cli.archive import became_in_words
from llama.cli.ingest import SHORT, ingestion_in
from llama.cli.letter_options import LetterOptions
from llama.cli.output import AsJson, fail, print_facts, print_json, print_table
from llama.cli.session import Session, in_session, open_log
from llama.cli.shared_options import with_options
from llama.client.acting.acts import Effect
from llama.client.acting.letters import LetterDone, Letters, one_of
from llama.client.ingestion import within
from llama.domain.letters import ShownLetter, listed
from schemas.reports import DeadLetter, DeadLetterClosed, LetterState, RefusalReason

dlq = typer.Typer(
    name="dlq",
    help="Look at inputs that were refused (the dead letters), and deal with them.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Letter = Annotated[
    str, typer.Argument(metavar="ID", help="As `dlq ls` and `ingest` show it, or its beginning.")
]
Reason = Annotated[
    RefusalReason | None, typer.Option("--reason", help="Only those that were refused for it.")
]


@dlq.command("ls")
def list_dead_letters(
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that somebody has dealt with.")
    ] = False,
    reason: Reason = None,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(help="How many at the most.", min=1)] = 1000,
) -> None:
    """List refused inputs that nobody has dealt with, newest first, each with its reason.

    Copies of one content are one row: its id is that of the newest.
    """
    state = None if everything else LetterState.OPEN
    wanted = reason.value if reason else None
    letters = in_session(
        lambda session: session.models.dead_letters(
            limit=limit, state=state, reason=wanted, contents=True
        )
    )
    if as_json:
        print_json([_fields(shown) for shown in letters])
        return
    columns = ("id", "when (UTC)", "copies", "reason", "bytes", "file", "detail")
    rows = [_row(shown) for shown in letters]
    if everything:
        standings = [(*row, _standing(shown)) for row, shown in zip(rows, letters, strict=True)]
        columns, rows = (*columns, "it is"), standings
    print_table("", columns, rows)


@dlq.command("show")
def show_dead_letter(
    letter: Letter,
    as_json: AsJson = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Write the bytes that were refused to standard output.")
    ] = False,
) -> None:
    """Tell all about a refused input: why, where it came from, and what has become of it since."""
    found = in_session(lambda session: _dead_letter(session, letter))
    if raw:
        sys.stdout.buffer.write(in_session(lambda session: _bytes_of(session, found.letter)))
    elif as_json:
        print_json(_fields(found))
    else:
        print_facts(told_of(found))


@dlq.command("redrive")
@with_options(LetterOptions)
def redrive(
    options: LetterOptions,
    letter: Annotated[
        str, typer.Argument(metavar="[ID]", help="As `dlq ls` shows it, or its beginning.")
    ] = "",
    reason: Reason = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All that nobody has dealt with.")
    ] = False,
) -> None:
    """Send refused bytes in again, to a reader that has learned to read them, for instance.

    Of copies of one content one is sent, and all of them are dealt with.
    Exit code 1 if some could not be sent; that they are refused again is no failure.
    """
    if [bool(letter), reason is not None, everything].count(True) != 1:
        fail("say which: give an ID, --reason REASON or --all, and one of the three only", code=2)
    options.check()

    async def send_again(session: Session, letters: Letters) -> Sequence[LetterDone]:
        of_reason = reason.value if reason else None
        found = [await letters.named(letter)] if letter else await letters.open(reason=of_reason)
        order = options.order(at=session.clock.now())
        return await letters.redrive(found, order, wait=options.wait)

    _tell(_in_letters(send_again, options), options)


@dlq.command("drop")
@with_options(LetterOptions)
def drop(
    options: LetterOptions,
    letter: Letter,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why: it stands on the log.")],
) -> None:
    """Say that nothing is to come of a refused input and its copies.

    They stay on the log with their bytes.
    """
    options.check(reason)

    async def put_aside(session: Session, letters: Letters) -> Sequence[LetterDone]:
        order = options.order(at=session.clock.now(), reason=reason)
        return [await letters.drop(await letters.named(letter), order, wait=options.wait)]

    _tell(_in_letters(put_aside, options), options)


def _in_letters(
    act: Callable[[Session, Letters], Awaitable[Sequence[LetterDone]]], options: LetterOptions
) -> Sequence[LetterDone]:
    """Carry out an act, and wait for it for as long as the options say."""

    async def carry_out(session: Session) -> Sequence[LetterDone]:
        async with open_log(session) as log:
            letters = Letters(ingestion_in(session, log), session.artifacts)
            acting = asyncio.ensure_future(act(session, letters))
            return await within(timedelta(seconds=options.timeout), acting, what="the act")

    return in_session(carry_out)


def _tell(done: Sequence[LetterDone], options: LetterOptions) -> None:
    """Print what became of an act; exit code 1 if something of it had no effect."""
    if options.as_json:
        print_json(
            [{**_fields(one.shown), "outcome": one.effect.value, "why": one.why} for one in done]
        )
    else:
        columns = ("id", "reason", "file", "outcome", "it is", "why")
        print_table("", columns, [_done_row(one) for one in done])
    if any(one.effect is Effect.NONE for one in done):
        raise typer.Exit(1)


async def _dead_letter(session: Session, name: str) -> ShownLetter:
    found = await session.models.dead_letters(limit=2, begins=name)
    return one_of(found, name)


async def _bytes_of(session: Session, letter: DeadLetter) -> bytes:
    if letter.raw is None:
        fail(f"the bytes of {letter.id} were not kept: {letter.reason.value}")
    return await session.artifacts.get(letter.raw)


def _fields(shown: ShownLetter) -> dict[str, object]:
    return listed(shown).model_dump(mode="json")


def _row(shown: ShownLetter) -> tuple[str, ...]:
    letter = shown.letter
    return (
        letter.id[:SHORT],
        f"{letter.occurred_at:%Y-%m-%d %H:%M:%S}",
        str(shown.copies),
        letter.reason.value,
        f"{letter.size:,}",
        letter.name,
        letter.detail,
    )


def _done_row(done: LetterDone) -> tuple[str, ...]:
    letter = done.shown.letter
    return (
        letter.id[:SHORT],
        letter.reason.value,
        letter.name,
        done.effect.value,
        _standing(done.shown),
        done.why,
    )


def _standing(shown: ShownLetter) -> str:
    """Say in a few words what has become of a letter."""
    match shown.state:
        case LetterState.OPEN:
            return f"open, after {shown.after[:SHORT]}" if shown.after else "open"
        case LetterState.DROPPED:
            return f"dropped: {shown.closing.reason}" if shown.closing else "dropped"
        case LetterState.REDRIVEN:
            return f"redriven: {_became(shown)}"


def _became(shown: ShownLetter) -> str:
    return became_in_words(shown.became) if shown.became else "it has not been read yet"


def came_from(letter: DeadLetter) -> str:
    """Say where a letter's bytes stood, and which source of alerts had brought them there."""
    source = letter.source
    if source is None:
        return "a file"
    place = f"{source.topic}, partition {source.partition}, offset {source.offset}"
    return f"{source.origin.source} ({source.origin.topic}), by {place}" if source.origin else place


def told_of(shown: ShownLetter) -> list[tuple[str, str]]:
    """Return all that is known of a letter, each with what it is."""
    letter = shown.letter
    return [
        ("dead letter", letter.id),
        ("when (UTC)", f"{letter.occurred_at:%Y-%m-%d %H:%M:%S}"),
        ("reason", letter.reason.value),
        ("detail", letter.detail),
        ("file", letter.name),
        ("bytes", f"{letter.size:,}"),
        ("came from", came_from(letter)),
        ("kept as", f"{letter.raw} (--raw writes it)" if letter.raw else "not kept"),
        *([("came after", shown.after)] if shown.after else []),
        *([("copies", f"{shown.copies} in this state")] if shown.copies > 1 else []),
        ("state", shown.state.value),
        *(_closed(shown, shown.closing) if shown.closing else []),
    ]


def _closed(shown: ShownLetter, closing: DeadLetterClosed) -> list[tuple[str, str]]:
    again = closing.source
    return [
        (f"{closing.state} by", closing.by),
        ("on (UTC)", f"{closing.occurred_at:%Y-%m-%d %H:%M:%S}"),
        *([("why", closing.reason)] if closing.reason else []),
        *([("sent to", f"{again.topic}[{again.partition}]@{again.offset}")] if again else []),
        *([("became", _became(shown))] if again else []),
    ]
