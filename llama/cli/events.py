"""Commands that look at events: status, cat, why, graph, log."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from llama.cli.output import AsJson, fail, muted_libraries, print_json, print_line, print_table
from llama.cli.session import Session, in_session
from llama.domain.needs import Assessor
from llama.domain.states import EventState
from llama.domain.status import status_of
from llama.domain.why import explanation_of
from llama.domain.why_text import text_of
from llama.ports.pictures import PictureFormat
from schemas.status import EventStatus

PICTURE_FORMATS: dict[str, PictureFormat] = {
    ".svg": "svg",
    ".png": "png",
    ".pdf": "pdf",
    ".dot": "dot",
}
EventName = Annotated[str, typer.Argument(help="The event, for example MS181101ab.")]
FileNameArgument = Annotated[str, typer.Argument(help="A file of it, for example skymap.fits.")]


def status(
    event: Annotated[str | None, typer.Argument(help="The event; all of them if left out.")] = None,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(help="How many events at the most.", min=1)] = 50,
) -> None:
    """Show what an event has and needs, or list the events."""
    if event is None:
        in_session(lambda session: _list_events(session, limit, as_json=as_json))
        return
    shown = in_session(lambda session: status_in(session, event))
    if as_json:
        print_json(shown.model_dump(mode="json"))
    else:
        print_status(shown)


def cat(event: EventName, file: FileNameArgument) -> None:
    """Write the bytes of an event's file to standard output."""
    content = in_session(lambda session: _bytes_of(session, event, file))
    sys.stdout.buffer.write(content)


def why(event: EventName, file: FileNameArgument, as_json: AsJson = False) -> None:
    """Say why a file is what it is: its inputs, its last run, what it waits for."""

    async def explain(session: Session) -> None:
        state = await _state(session, event)
        explained = explanation_of(state, file, now=session.clock.now())
        if explained is None:
            fail(f"{event} has no file {file}: it has {', '.join(_file_names(state))}")
        if as_json:
            print_json(explained.model_dump(mode="json"))
        else:
            print_line(text_of(explained))

    in_session(explain)


def graph(
    event: EventName,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Where to: .svg, .png, .pdf or .dot")
    ],
) -> None:
    """Draw the event's files, what they are made from, and how they stand."""
    from llama.adapters.graphviz import render
    from llama.domain.drawing.graph import dot_of

    form = PICTURE_FORMATS.get(output.suffix.lower())
    if form is None:
        fail(f"{output} does not say in which form: end it with .svg, .png, .pdf or .dot", code=2)
    state = in_session(lambda session: _state(session, event))
    with muted_libraries():
        picture = render(dot_of(state, title=event), form)
    output.write_bytes(picture)
    print_line(f"wrote {output}")


def log(event: EventName, as_json: AsJson = False) -> None:
    """List the revisions of an event, newest first."""

    async def revisions(session: Session) -> None:
        await _state(session, event)
        entries = await session.history.log(event)
        if as_json:
            print_json(
                [
                    {
                        "commit": one.commit,
                        "parent": one.parent,
                        "at": one.at.isoformat(),
                        "message": one.message,
                    }
                    for one in entries
                ]
            )
            return
        rows = [
            (one.commit[:12], one.at.strftime("%Y-%m-%d %H:%M:%S"), one.message.splitlines()[0])
            for one in entries
        ]
        print_table("", ("commit", "when (UTC)", "what"), rows)

    in_session(revisions)


async def status_in(session: Session, event: str) -> EventStatus:
    """Return the status of an event as it is now."""
    state = await _state(session, event)
    return status_of(
        state,
        leased=await session.models.leased(event),
        now=session.clock.now(),
        deployed=await session.models.deployed(),
    )


def print_status(shown: EventStatus) -> None:
    """Print the status of an event for people."""
    flags = shown.flags.items()
    marks = [name if value is True else f"{name}={value}" for name, value in flags if value]
    notice = shown.notice
    state = "retracted" if shown.retracted else "settled" if shown.settled else "at work"
    latest = f", {notice.alert_type} of {notice.time_created:%Y-%m-%d %H:%M:%S}" if notice else ""
    old = ", stale (made by code that is no longer deployed)" if shown.stale else ""
    print_line(f"{shown.event}: {state}{old}{latest}; flags: {', '.join(marks)}")
    rows = [
        (
            one.name,
            one.status,
            "" if one.version is None else f"v{one.version}",
            (one.digest or "")[:12],
            "" if one.size is None else f"{one.size:,}",
            one.reason,
        )
        for one in shown.files
    ]
    print_table("", ("file", "status", "version", "digest", "bytes", "reason"), rows)


async def _list_events(session: Session, limit: int, *, as_json: bool) -> None:
    rows = await session.models.events(limit=limit)
    if as_json:
        print_json(
            [
                {
                    "event": row.event,
                    "alert_type": row.alert_type,
                    "event_time": row.event_time and row.event_time.isoformat(),
                    "time_created": row.time_created.isoformat(),
                    "significant": row.significant,
                    "test": row.is_test,
                    "retracted": row.retracted,
                    "settled": row.settled,
                    "flags": dict(row.flags),
                    "files": dict(row.files),
                }
                for row in rows
            ]
        )
        return
    table = [
        (
            row.event,
            row.event_time.strftime("%Y-%m-%d %H:%M:%S") if row.event_time else "",
            row.alert_type,
            "retracted" if row.retracted else "settled" if row.settled else "at work",
            ", ".join(f"{count} {name}" for name, count in sorted(row.files.items())),
        )
        for row in rows
    ]
    print_table("", ("event", "merger (UTC)", "newest notice", "state", "files"), table)


async def _state(session: Session, event: str) -> EventState:
    state = await session.models.state(event)
    if state is None:
        fail(f"nothing about {event} has come in: `llama status` lists the events there are")
    return state


async def _bytes_of(session: Session, event: str, file: str) -> bytes:
    shown = {one.name: one for one in (await status_in(session, event)).files}
    if file not in shown:
        fail(f"{event} has no file {file}: it has {', '.join(shown)}")
    digest = shown[file].digest
    if digest is None:
        fail(f"{file} of {event} is {shown[file].status}: {shown[file].reason}")
    return await session.artifacts.get(digest)


def _file_names(state: EventState) -> list[str]:
    return [file for handler in Assessor(state).handlers for file in handler.files]
