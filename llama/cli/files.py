"""Commands that look at an event's files: cat, why, graph."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from llama.cli.events import EventName, state_in, status_in
from llama.cli.looking_back import moment_in
from llama.cli.moments import AsOf, say_moment
from llama.cli.output import AsJson, fail, print_json, print_line
from llama.cli.session import Session, in_session
from llama.client.acting.naming import file_named, left_file
from llama.client.pictures import format_of, write_picture
from llama.domain.why import explanation_of
from llama.domain.why_text import text_of
from schemas.status import Why

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
    explained = in_session(lambda session: _why(session, event, file, as_of))
    if as_json:
        print_json(explained.model_dump(mode="json"))
    else:
        print_line(text_of(explained))


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


async def _why(session: Session, event: str, file: str, as_of: str) -> Why:
    state = await state_in(session, event, as_of=as_of)
    name = file_named(state, file)
    moment = moment_in(session, as_of)
    explained = explanation_of(state, name, now=moment, is_past=bool(as_of))
    if explained is None:
        fail(f"there is nothing to be said of {name} of {event}: look at `llama status {event}`")
    return explained


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
