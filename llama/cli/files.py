"""Commands that look at an event's files: cat, why, graph."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from llama.cli.events import EventName, state_in, status_in
from llama.cli.held import held_in
from llama.cli.looking_back import moment_in
from llama.cli.moments import AsOf, say_moment
from llama.cli.output import AsJson, fail, print_json, print_line
from llama.cli.session import Session, in_session
from llama.client.acting.naming import file_named, left_file
from llama.client.pictures import format_of, write_picture
from llama.domain.errors import ArtifactCorrupt, ArtifactMissing
from llama.domain.states import EventState
from llama.domain.why import explanation_of
from llama.domain.why_text import said_in, text_of
from schemas.status import Why

RECEIPT = "_receipt.json"
"""How the files of handlers end that publish."""
FileNameArgument = Annotated[
    str, typer.Argument(help="A file of it or its class: skymap.fits or Skymap.")
]


def cat(event: EventName, file: FileNameArgument) -> None:
    """Write the bytes of an event's file to standard output."""
    content = in_session(lambda session: _bytes_of(session, event, file))
    sys.stdout.buffer.write(content)


def why(
    event: EventName, file: FileNameArgument, as_json: AsJson = False, as_of: AsOf = ""
) -> None:
    """Say why a file is what it is: its inputs, its last run, what it waits for."""
    say_moment(as_of)
    explained, said = in_session(lambda session: _why(session, event, file, as_of))
    if as_json:
        print_json(explained.model_dump(mode="json"))
        return
    print_line(text_of(explained))
    if said:
        print_line(f"It says: {said}.")


def graph(
    event: EventName,
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", help="Where to: .svg, .png, .pdf or .dot; missing folders are made."
        ),
    ],
    as_of: AsOf = "",
) -> None:
    """Draw the event's files, what they are made from, and how they stand."""
    from llama.adapters.graphviz import render
    from llama.domain.drawing.graph import dot_of

    say_moment(as_of)
    try:
        format_of(output)
    except ValueError as error:
        fail(str(error), code=2)
    state = in_session(lambda session: state_in(session, event, as_of=as_of))
    write_picture(dot_of(state, title=event), output, render)
    print_line(f"wrote {output}")


async def _why(session: Session, event: str, file: str, as_of: str) -> tuple[Why, str]:
    state = await state_in(session, event, as_of=as_of)
    name = file_named(state, file)
    moment = moment_in(session, as_of)
    explained = explanation_of(state, name, now=moment, is_past=bool(as_of))
    if explained is None:
        fail(f"there is nothing to be said of {name} of {event}: look at `llama status {event}`")
    held = None if as_of else await held_in(session)
    shown = held.why(explained) if held else explained
    return shown, await _said(session, state, name)


async def _said(session: Session, state: EventState, name: str) -> str:
    """Return why what a receipt tells of was published, or was not; nothing of other files."""
    stored = state.tree_file(name)
    if stored is None or not name.endswith(RECEIPT):
        return ""
    try:
        return said_in(await session.artifacts.get(stored.content.digest))
    except (ArtifactMissing, ArtifactCorrupt) as error:
        return str(error)


async def _bytes_of(session: Session, event: str, file: str) -> bytes:
    state = await state_in(session, event)
    if left := left_file(state, file):
        return await session.artifacts.get(state.tree[left].content.digest)
    name = file_named(state, file)
    shown = {one.name: one for one in (await status_in(session, event)).files}[name]
    if shown.digest is None:
        fail(
            f"{name} of {event} is {shown.status}: {shown.reason}: "
            f"`llama why {event} {name}` says more"
        )
    return await session.artifacts.get(shown.digest)
