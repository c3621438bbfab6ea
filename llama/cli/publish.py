"""Commands that look at what handlers have told the world: llama publish."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from llama.cli.output import AsJson, fail, print_json, print_line, print_table
from llama.cli.session import patiently
from llama.domain.errors import LlamaError
from llama.domain.outlet import DRY_RUN, Sender, Sent
from llama.runtime.addresses import find_addresses
from llama.runtime.settings import read_settings

if TYPE_CHECKING:
    from llama.adapters.postgres import PostgresOutbox

Result = TypeVar("Result")
COLUMNS = ("event", "handler", "number", "state", "when (UTC)", "topic")

publish = typer.Typer(
    name="publish",
    help="Look at what was published, and settle what may have been.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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

    async def look(outbox: "PostgresOutbox") -> list[tuple[Sender, Sent]]:
        found = await outbox.doubts() if doubts else await outbox.latest(limit=limit)
        return list(found)[:limit]

    entries = _in_outbox(look)
    if as_json:
        print_json([_as_json(sender, sent) for sender, sent in entries])
        return
    print_table("", COLUMNS, [_row(sender, sent) for sender, sent in entries])


@publish.command("confirm")
def confirm_published(
    event: Annotated[str, typer.Argument(metavar="EVENT")],
    handler: Annotated[str, typer.Argument(metavar="HANDLER", help="The class that sent it.")],
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `publish ls` shows it.")],
    sent: Annotated[bool, typer.Option("--sent/--not-sent", help="Whether the receiver has it.")],
    reason: Annotated[str, typer.Option(help="How you know: kept with what was sent.")],
) -> None:
    """Say whether something that is in doubt was sent; then `llama retry` goes on."""
    sender = Sender(event, handler)

    async def settle(outbox: "PostgresOutbox") -> bool:
        async with outbox.turn(sender):  # whoever is sending it just now has this turn
            if (sender, number) not in [(who, one.number) for who, one in await outbox.doubts()]:
                return False
            if not sent:
                return await outbox.withdraw(sender, number)
            return await outbox.conclude(sender, number, {"confirmed": reason}) is not None

    if not _in_outbox(settle):
        fail(f"{handler} of {event} has no number {number} in doubt: see `llama publish ls`")
    said = "counts as sent" if sent else "was not sent, and is sent when it is made again"
    print_line(f"number {number} of {handler} of {event} {said}")


def _in_outbox(command: "Callable[[PostgresOutbox], Awaitable[Result]]") -> Result:
    """Run a command's body with the ledger; known errors become a line and exit code 1."""

    async def run() -> Result:
        from llama.adapters.postgres import PostgresOutbox, connect

        address = find_addresses(read_settings()).database_url
        async with await patiently(lambda: connect(address)) as database:
            return await command(PostgresOutbox(database))

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
    }
