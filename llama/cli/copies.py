"""Commands that make and compare copies of events: clone, compare."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from llama.cli.events import EventName, state_in
from llama.cli.export import export_in
from llama.cli.hidden import say_hidden
from llama.cli.history import Commit
from llama.cli.output import AsJson, fail, print_json, print_line, print_table
from llama.cli.session import Session, exit_code_of, in_session
from llama.client.acting.acts import KNOWN_EVENTS
from llama.client.acting.naming import no_such_event
from llama.client.event import Event
from llama.client.local.comparing import ComparedNames, compared_states
from llama.client.local.identifying import pipeline_meant
from llama.client.pipeline import Pipeline
from llama.domain.errors import LlamaError
from llama.domain.states import EventState
from llama.domain.versions import NEWEST
from llama.runtime.pipelines import load_pipeline
from llama.runtime.settings import read_settings


def clone(
    event: EventName,
    folder: Annotated[
        Path, typer.Argument(help="The folder that is to hold the event's.")
    ] = Path(),
    commit: Commit = "",
    clobber: Annotated[
        bool, typer.Option("--clobber", help="Replace what is there, with all changes by hand.")
    ] = False,
) -> None:
    """Copy an event as it was at a revision into a folder of its own, to be worked on there.

    The copy has the whole history; of the files, those that were valid then.
    """
    with tempfile.TemporaryDirectory(prefix="llama-") as temporary:
        copy = in_session(lambda session: export_in(session, event, Path(temporary)))
        try:
            made = Event(event, copy.parent, _pipeline()).clone(commit or NEWEST, folder, clobber)
        except (LlamaError, FileExistsError) as error:
            fail(str(error), code=exit_code_of(error))
    say_hidden(made.state)
    print_line(str(made.eventdir))


def compare(
    event: EventName,
    other: Annotated[str, typer.Argument(help="Another event, or the folder of one.")],
    as_json: AsJson = False,
) -> None:
    """Compare the files of an event with those of another, or of a copy; exit 1 if any differs."""

    async def both(session: Session) -> tuple[EventState, EventState]:
        return await state_in(session, event), await _other(session, event, other)

    states = in_session(both)
    try:
        found = compared_states(*states)
    except ValueError as error:
        fail(str(error))
    for state in {one.event: one for one in states}.values():
        say_hidden(state)
    if as_json:
        print_json(found._asdict())
    else:
        print_table("", ("file", "it is"), _rows(found, event, other))
    if not found.are_equal:
        raise typer.Exit(1)


def _rows(found: ComparedNames, event: str, other: str) -> list[tuple[str, str]]:
    words = ("equal", "different", f"only in {event}", f"only in {other}", "in neither")
    if event == other:
        words = ("equal", "different", "", "", "not there")
    return [(name, word) for names, word in zip(found, words, strict=True) for name in names]


async def _other(session: Session, event: str, name: str) -> EventState:
    path = Path(name)
    if not path.is_dir():
        state = await session.models.state(name)
        if state is None:
            known = await session.models.events(limit=KNOWN_EVENTS)
            about = no_such_event(name, [row.event for row in known])
            fail(f"{name} is neither an event nor a folder: {about}")
        return state
    if not Event.is_event_folder(path):
        probable = path / event
        meant = f": did you mean {probable}?" if Event.is_event_folder(probable) else ""
        fail(f"{name} is not the folder of an event{meant}")
    try:
        return Event.fromdir(path, _pipeline()).bench.prospect()
    except LlamaError as error:
        fail(str(error), code=exit_code_of(error))


def _pipeline() -> Pipeline:
    """Return the pipeline of this deployment: a copy is looked at with the same."""
    return pipeline_meant(load_pipeline(read_settings().pipeline))
