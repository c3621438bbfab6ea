"""Follows what changes: llama watch."""

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from llama.cli.criteria import Criteria, criteria_in
from llama.cli.given import not_empty
from llama.cli.moments import exact
from llama.cli.output import console, fail, progress
from llama.cli.session import Session, exit_code_of, open_session
from llama.domain.errors import LlamaError, Unavailable
from llama.domain.moments import moment_of
from llama.domain.position import Position
from llama.domain.selection.downselection import Downselection
from schemas.changes import EventChange

if TYPE_CHECKING:
    from llama.client.watching import Watching

IDLE_S = 60.0
AGAIN_S = 0.5
"""Between two tries of a server that went away."""


Events = Annotated[
    list[str] | None, typer.Argument(help="Events, or patterns such as MS18*; all if none.")
]
Begin = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="ID",
        help="Follow on behind the change with this id.",
        callback=not_empty,
    ),
]
Since = Annotated[
    str,
    typer.Option(
        metavar="MOMENT",
        help="Begin with what happened then: 2026-11-20T12:00Z, 2026-11-20 or 2h (ago).",
        callback=exact,
    ),
]
Lines = Annotated[
    bool, typer.Option("--json", help="Print a line of JSON for each change, with its id.")
]


def watch(
    events: Events = None,
    downselect: Criteria = None,
    begin: Begin = "",
    since: Since = "",
    as_json: Lines = False,
) -> None:
    """Follow what changes, from now on, until Ctrl-C."""
    from llama.client.watching import followable

    if begin and since:
        fail("--from and --since both say where to begin: leave one out", code=2)
    try:
        wanted = followable(_wanted(events or [], criteria_in(downselect)))
        follower = _Follower(wanted, Position.of(begin) if begin else None, since, as_json=as_json)
    except ValueError as error:
        fail(str(error), code=2)
    try:
        asyncio.run(follower.follow())
    except KeyboardInterrupt:
        return
    except BrokenPipeError:
        sys.stderr.close()  # whoever read this has seen enough
    except LlamaError as error:
        fail(str(error), code=exit_code_of(error))


def _wanted(events: Sequence[str], wanted: Downselection) -> Downselection:
    if not events:
        return wanted
    if wanted.eventid_filter or wanted.invert:
        raise ValueError("events are named twice, or all others are meant: say it in --downselect")
    named = Downselection.of(eventid_filter=events)
    return wanted.model_copy(update={"eventid_filter": named.eventid_filter})


class _Follower:
    """Prints changes; knows where it is, and goes on from there when a server was away."""

    def __init__(
        self, wanted: Downselection, at: Position | None, since: str, *, as_json: bool
    ) -> None:
        self._wanted = wanted
        self._at = at
        self._since = since
        self._print = _print_json if as_json else _print_line
        self._is_checked = False

    async def follow(self) -> None:
        """Follow for ever."""
        while True:
            try:
                async with open_session() as session:
                    await self._follow_in(session)
            except Unavailable as error:
                progress(f"waiting for a server: {error}")
            await asyncio.sleep(AGAIN_S)

    async def _follow_in(self, session: Session) -> None:
        from llama.adapters.postgres.following import PostgresFollowing
        from llama.client.unmet import strange_names
        from llama.client.watching import Watching

        watching = Watching(PostgresFollowing(session.models.database))
        at = self._at = await self._begin(session, watching)
        progress(f"following from {at}")
        if not self._is_checked:
            self._is_checked = True
            for line in await strange_names(session.models, self._wanted, session.clock.now()):
                progress(line)
        async for one in watching.changes(at, self._wanted, idle_s=IDLE_S):
            if one.change is not None:
                self._print(one.position, one.change)
            self._at = one.position

    async def _begin(self, session: Session, watching: "Watching") -> Position:
        if self._at is None and self._since:
            moment = moment_of(self._since, session.clock.now())
            return await watching.following.since(moment)
        return await watching.start(self._at)


def _print_json(position: Position, change: EventChange) -> None:
    told = change.model_dump_json()
    sys.stdout.write(f'{{"id": "{position}", {told.removeprefix("{")}\n')
    sys.stdout.flush()


def _print_line(_position: Position, change: EventChange) -> None:
    from rich.text import Text

    line = f"{change.occurred_at:%Y-%m-%d %H:%M:%S}  {change.event:<12}  {_words(change)}"
    console().print(Text(line), soft_wrap=True)
    sys.stdout.flush()


def _words(change: EventChange) -> str:
    """Return what changed in words."""
    notice = f"{change.alert_type} is the newest" if change.kind == "TriggerReceived" else ""
    flags = ", ".join(f"{name}={value}" for name, value in change.flags.items())
    files = ", ".join(
        f"{one.name} {one.status or 'gone'}"
        + (f" v{one.version}" if one.version is not None else "")
        + (f" (was {one.was})" if one.was and one.was != one.status else "")
        for one in change.files
    )
    settled = "settled" if change.settled else ""
    parts = (f"{change.kind}:", notice, flags, files, settled)
    return "; ".join(part for part in parts if part).replace(":;", ":", 1)
