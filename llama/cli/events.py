"""The command that says how events stand: llama status."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated

import typer

from llama.cli.health import tell_of_health
from llama.cli.held import held_in
from llama.cli.looking_back import events_then, state_then, status_then
from llama.cli.moments import AsOf, say_moment
from llama.cli.output import AsJson, fail, print_json, print_line, print_table, progress
from llama.cli.session import Session, in_session
from llama.cli.starting import settings_or_fail
from llama.client.acting.acts import KNOWN_EVENTS
from llama.client.acting.naming import no_such_event
from llama.domain.shown import standing
from llama.domain.states import EventState
from llama.domain.status import status_of
from llama.ports.projections import EventRow
from schemas.status import EventStatus, FileStatus

EventName = Annotated[str, typer.Argument(help="The event, for example MS181101ab.")]


def status(
    event: Annotated[str | None, typer.Argument(help="The event; all of them if left out.")] = None,
    as_json: AsJson = False,
    limit: Annotated[
        int, typer.Option("--limit", "-n", help="How many events at the most.", min=1)
    ] = 50,
    as_of: AsOf = "",
) -> None:
    """Show what an event has and needs, or list the events."""
    say_moment(as_of)
    if event is None:
        rows = in_session(lambda session: events_then(session, as_of, limit=limit))
        tell_of_health(settings_or_fail())
        if not rows:
            progress("there was no event then" if as_of else "there is no event yet")
        _print_events(rows, as_of, as_json=as_json)
        return
    shown = in_session(lambda session: status_in(session, event, as_of=as_of))
    if as_json:
        print_json(shown.model_dump(mode="json"))
    else:
        print_status(shown)


async def state_in(session: Session, event: str, *, as_of: str = "") -> EventState:
    """Return the state of an event, as of a moment if one is said.

    Ends the command if nothing is known of it.
    """
    state = await state_then(session, event, as_of)
    if state is None and as_of:
        fail(f"nothing about {event} had come in by {as_of}: `llama ls --as-of` lists what had")
    if state is None:
        rows = await session.models.events(limit=KNOWN_EVENTS)
        fail(no_such_event(event, [row.event for row in rows]))
    return state


async def status_in(session: Session, event: str, *, as_of: str = "") -> EventStatus:
    """Return the status of an event as it is now, or was."""
    state = await state_in(session, event, as_of=as_of)
    if as_of:
        return await status_then(session, state, as_of)
    now = session.clock.now()
    leased, deployed = await session.models.leased(event), await session.models.deployed()
    shown = status_of(state, leased=leased, now=now, deployed=deployed)
    held = await held_in(session)
    return held.status(shown, state, now) if held else shown


def print_status(shown: EventStatus) -> None:
    """Print the status of an event for people."""
    flags = shown.flags.items()
    marks = [name if value is True else f"{name}={value}" for name, value in flags if value]
    notice = shown.notice
    state = standing(
        is_retracted=shown.retracted, is_settled=shown.settled, has_notice=notice is not None
    )
    latest = f", {notice.alert_type} of {_at(notice.time_created)}" if notice else ""
    old = ", stale (made by code that is no longer deployed)" if shown.stale else ""
    print_line(f"{shown.event}: {state}{old}{latest}; flags: {', '.join(marks)}")
    if shown.paused:
        print_line(shown.paused)
    columns = ("file", "status", "version", "digest", "bytes", "reason")
    print_table("", columns, [_file_row(one) for one in shown.files])


def _file_row(file: FileStatus) -> tuple[str, ...]:
    return (
        file.name,
        file.status,
        "" if file.version is None else f"v{file.version}",
        (file.digest or "")[:12],
        "" if file.size is None else f"{file.size:,}",
        file.reason,
    )


def _print_events(rows: Iterable[EventRow], as_of: str, *, as_json: bool) -> None:
    if as_json:
        then = {"as_of": as_of} if as_of else {}
        print_json([{**_event_as_json(row), **then} for row in rows])
        return
    table = [
        (
            row.event,
            _at(row.event_time),
            row.alert_type,
            standing(
                is_retracted=row.retracted,
                is_settled=row.settled,
                has_notice=bool(row.alert_type),
            ),
            ", ".join(f"{count} {name}" for name, count in sorted(row.files.items())),
        )
        for row in rows
    ]
    print_table("", ("event", "merger (UTC)", "newest notice", "state", "files"), table)


def _event_as_json(row: EventRow) -> Mapping[str, object]:
    return {
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


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""
