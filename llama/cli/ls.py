"""`llama ls`: the events that meet criteria, page by page."""

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from llama.cli.output import AsJson, fail, print_json, print_line, print_table
from llama.cli.session import in_models
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import Page, ask
from llama.domain.selection.text import from_text
from llama.ports.projections import EventRow
from schemas.listing import EventList, ListedEvent

if TYPE_CHECKING:
    from llama.adapters.postgres import PostgresReadModels
    from llama.adapters.system_clock import SystemClock

COLUMNS = ("event", "merger (UTC)", "newest notice", "state", "FAR (Hz)", "class", "files")


def ls(
    downselect: Annotated[
        list[str] | None,
        typer.Option(
            "--downselect",
            "-d",
            metavar="CRITERIA",
            help="Which events, as in 'vetoed=false,fhnameexists=SkymapInfo,sortkey=far'.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(help="How many events on a page.", min=1)] = 50,
    after: Annotated[
        str | None, typer.Option(metavar="CURSOR", help="The page behind this cursor.")
    ] = None,
    as_of: Annotated[
        str, typer.Option(metavar="MOMENT", help="As it was then: 2026-11-20T12:00Z or 2h (ago).")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the events that meet criteria, the latest merger first unless they are sorted."""
    try:
        wanted = from_text(",".join(downselect or []))
    except ValueError as error:
        fail(str(error), code=2)
    if as_of and after:
        fail("the past has one page: leave --after out, and give --limit", code=2)
    page = _then(wanted, limit, as_of) if as_of else _now(wanted, limit, after)
    if as_json:
        print_json(_told(page).model_dump(mode="json"))
    else:
        _print(page, downselect or [], limit)


def main() -> None:
    """Run `llama ls` by itself."""
    app = typer.Typer(
        name="llama",
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_nothing)
    app.command()(ls)
    app()


def _nothing() -> None:
    """Keep `ls` a command of `llama`."""


def _then(wanted: Downselection, limit: int, as_of: str) -> Page[EventRow]:
    from llama.cli.looking_back import events_then
    from llama.cli.session import in_session

    rows = in_session(lambda session: events_then(session, as_of, limit=limit, wanted=wanted))
    return Page(tuple(rows), None)


def _now(wanted: Downselection, limit: int, after: str | None) -> Page[EventRow]:
    async def select(models: "PostgresReadModels", clock: "SystemClock") -> Page[EventRow]:
        try:
            question = ask(wanted, now=clock.now(), size=limit, after=after)
        except ValueError as error:
            fail(str(error), code=2)
        return await models.select(question)

    return in_models(select)


def _told(page: Page[EventRow]) -> EventList:
    events = tuple(ListedEvent.model_validate(row, from_attributes=True) for row in page.rows)
    return EventList(events=events, next=page.next)


def _print(page: Page[EventRow], downselect: list[str], limit: int) -> None:
    print_table("", COLUMNS, [_row(row) for row in page.rows])
    if page.next is not None:
        asked = "".join(f" -d {shlex.quote(text)}" for text in downselect)
        print_line(f"more: llama ls{asked} --limit {limit} --after {page.next}")


def _row(row: EventRow) -> tuple[str, ...]:
    return (
        row.event,
        row.event_time.strftime("%Y-%m-%d %H:%M:%S") if row.event_time else "",
        row.alert_type,
        "retracted" if row.retracted else "settled" if row.settled else "at work",
        "" if row.far is None else f"{row.far:.3g}",
        row.classification or "",
        ", ".join(f"{count} {name}" for name, count in sorted(row.files.items())),
    )
