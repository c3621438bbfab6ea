"""Commands that look at what handlers have told the world: llama publish."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from llama.cli.ordering import require_reason, user_name
from llama.cli.output import AsJson, fail, print_json, print_line, print_table
from llama.cli.session import patiently
from llama.client.acting.naming import maker_named
from llama.domain.errors import LlamaError
from llama.domain.outlet import DRY_RUN, Pause, Sender, Sent
from llama.runtime.addresses import find_addresses
from llama.runtime.settings import read_settings

if TYPE_CHECKING:
    from llama.adapters.postgres import Database, PostgresOutbox

Result = TypeVar("Result")
HEARD = "what was heard"
COLUMNS = ("event", "handler", "number", "state", "when (UTC)", "topic")

publish = typer.Typer(
    name="publish",
    help="Look at what was published, settle what may have been, stop it all for a while.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@publish.callback()
def switch(
    context: typer.Context,
    pause: Annotated[
        bool, typer.Option("--pause", help="Publish nothing, of no event, until --resume.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Publish again, what waits at once.")
    ] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why: kept with the pause.")] = "",
    by: Annotated[str, typer.Option(metavar="NAME", help="Who says so; you, if left out.")] = "",
) -> None:
    """Stop all publication or go on with it; everything else goes on as before."""
    if context.invoked_subcommand is not None or not (pause or resume):
        if pause or resume or reason or by:
            fail("say --pause or --resume, with --reason TEXT, and no further command", code=2)
        if context.invoked_subcommand is None:
            print_line(context.get_help())
        return
    if pause and resume:
        fail("say either --pause or --resume", code=2)
    require_reason(reason)
    print_line(_switched(by or user_name(), reason, pause=pause))


def _switched(by: str, reason: str, *, pause: bool) -> str:
    async def turn(database: "Database") -> str:
        from llama.adapters.postgres import PostgresPauses

        pauses = PostgresPauses(database)
        if pause:
            return str(await pauses.pause(by=by, reason=reason))
        over = await pauses.resume(by=by, reason=reason)
        if over is None:
            return "publication was not paused"
        return f"publication goes on; it was paused by {over.by} since {over.since:%H:%M:%S} UTC"

    return _in_database(turn)


@publish.command("ls")
def list_published(
    as_json: AsJson = False,
    doubts: Annotated[
        bool,
        typer.Option("--in-doubt", help="What may have been sent or is being sent, oldest first."),
    ] = False,
    limit: Annotated[int, typer.Option(help="How many at the most.", min=1)] = 1000,
) -> None:
    """List what handlers have published, newest first."""

    async def look(database: "Database") -> tuple[list[tuple[Sender, Sent]], Pause | None]:
        from llama.adapters.postgres import PostgresPauses

        outbox = _outbox(database)
        found = await outbox.doubts() if doubts else await outbox.latest(limit=limit)
        return list(found)[:limit], await PostgresPauses(database).paused()

    entries, pause = _in_database(look)
    if as_json:
        print_json([_as_json(sender, sent) for sender, sent in entries])
        return
    if pause is not None:
        print_line(f"{pause}\n")
    columns = (*COLUMNS, HEARD) if doubts else COLUMNS
    rows = [(*_row(sender, sent), _heard(sent)) for sender, sent in entries]
    print_table("", columns, [row[: len(columns)] for row in rows])


@publish.command("confirm")
def confirm_published(
    event: Annotated[str, typer.Argument(metavar="EVENT")],
    handler: Annotated[
        str,
        typer.Argument(metavar="HANDLER", help="The class that sent it, or its file's name."),
    ],
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `publish ls` shows it.")],
    reason: Annotated[str, typer.Option(help="How you know: kept with what was sent.")],
    sent: Annotated[bool, typer.Option("--sent", help="The receiver has it.")] = False,
    not_sent: Annotated[bool, typer.Option("--not-sent", help="It has it not.")] = False,
) -> None:
    """Say whether something that is in doubt was sent; then `llama retry` goes on."""
    if sent == not_sent:
        both = "it cannot be both" if sent else "look at the receiver's"
        fail(f"say either --sent or --not-sent: {both}", code=2)

    async def settle(database: "Database") -> bool:
        sender = await _sender(database, event, handler)
        outbox = _outbox(database)
        async with outbox.turn(sender):  # whoever is sending it just now has this turn
            entry = next((one for one in await outbox.sent(sender) if one.number == number), None)
            if entry is None or entry.state != "in_doubt":
                return False
            if not sent:
                return await outbox.withdraw(sender, number)
            answer = {**entry.answer, "confirmed": reason}
            return await outbox.conclude(sender, number, answer) is not None

    if not _in_database(settle):
        fail(f"{handler} of {event} has no number {number} in doubt: see `llama publish ls`")
    said = "counts as sent" if sent else "was not sent, and is sent when it is made again"
    print_line(f"number {number} of {handler} of {event} {said}")


def _outbox(database: "Database") -> "PostgresOutbox":
    from llama.adapters.postgres import PostgresOutbox

    return PostgresOutbox(database)


async def _sender(database: "Database", event: str, name: str) -> Sender:
    """Return the handler of an event by its own name, or that of a file of it."""
    from llama.adapters.postgres import PostgresReadModels

    state = await PostgresReadModels(database).state(event)
    return Sender(event, maker_named(state, name) if state else name)


def _in_database(command: "Callable[[Database], Awaitable[Result]]") -> Result:
    """Run a command's body with the database; known errors become a line and exit code 1."""

    async def run() -> Result:
        from llama.adapters.postgres import connect

        address = find_addresses(read_settings()).database_url
        async with await patiently(lambda: connect(address)) as database:
            return await command(database)

    try:
        return asyncio.run(run())
    except LlamaError as error:
        fail(str(error))


def _row(sender: Sender, sent: Sent) -> tuple[str, ...]:
    return (
        sender.event,
        sender.handler,
        str(sent.number),
        _standing(sent),
        f"{sent.sent_at:%Y-%m-%d %H:%M:%S}",
        sent.topic,
    )


def _heard(sent: Sent) -> str:
    return sent.heard or "nothing yet, or it was cut short"


def _standing(sent: Sent) -> str:
    state = "in doubt" if sent.state == "in_doubt" else sent.state
    return f"{state} (dry run)" if sent.key.startswith(DRY_RUN) else state


def _as_json(sender: Sender, sent: Sent) -> dict[str, object]:
    return {
        "event": sender.event,
        "handler": sender.handler,
        "number": sent.number,
        "key": sent.key,
        "topic": sent.topic,
        "state": sent.state,
        "at": sent.sent_at.isoformat(),
        "digest": sent.digest,
        "content": sent.content.decode(errors="replace"),
        "answer": dict(sent.answer),
        "heard": sent.heard,
    }
