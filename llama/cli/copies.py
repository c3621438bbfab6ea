"""Commands that make and compare copies of events: clone, compare."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from llama.cli.events import EventName
from llama.cli.export import export_in
from llama.cli.output import AsJson, fail, print_json, print_line, print_table
from llama.cli.session import Session, in_session
from llama.client.event import Event
from llama.client.local.comparing import compared_states
from llama.domain.errors import LlamaError
from llama.domain.states import EventState
from llama.domain.versions import NEWEST


def clone(
    event: EventName,
    folder: Annotated[
        Path, typer.Argument(help="The folder that is to hold the event's.")
    ] = Path(),
    commit: Annotated[
        str, typer.Option("--commit", help="The revision (a number, a commit or a time).")
    ] = NEWEST,
    clobber: Annotated[
        bool, typer.Option("--clobber", help="Replace the event that is there.")
    ] = False,
) -> None:
    """Copy an event as it was at a revision into a folder of its own, to be worked on there."""
    with tempfile.TemporaryDirectory(prefix="llama-") as temporary:
        copy = in_session(lambda session: export_in(session, event, Path(temporary)))
        try:
            made = Event(event, copy.parent).clone(commit, folder, clobber)
        except (LlamaError, FileExistsError) as error:
            fail(str(error))
    print_line(str(made.eventdir))


def compare(
    event: EventName,
    other: Annotated[str, typer.Argument(help="Another event, or the folder of one.")],
    as_json: AsJson = False,
) -> None:
    """Compare the files of an event with those of another, or of a copy; exit 1 if any differs."""

    async def both(session: Session) -> tuple[EventState, EventState]:
        return await _state(session, event), await _state(session, other)

    try:
        match, mismatch, errors = compared_states(*in_session(both))
    except ValueError as error:
        fail(str(error))
    if as_json:
        print_json({"match": match, "mismatch": mismatch, "errors": errors})
    else:
        rows = [(name, "equal") for name in match]
        rows += [(name, "different") for name in mismatch]
        rows += [(name, "missing on one side, or on both") for name in errors]
        print_table("", ("file", "it is"), rows)
    if mismatch or errors:
        raise typer.Exit(1)


async def _state(session: Session, name: str) -> EventState:
    path = Path(name)
    if path.is_dir():
        return Event.fromdir(path).bench.prospect()
    state = await session.models.state(name)
    if state is None:
        fail(f"{name} is neither an event (`llama status` lists them) nor a folder")
    return state
