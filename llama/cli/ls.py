"""`llama ls`: the events that meet criteria, page by page."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from llama.cli.criteria import Criteria, criteria_in, nothing_found
from llama.cli.given import not_empty
from llama.cli.moments import AsOf, say_moment
from llama.cli.output import AsJson, fail, print_json, print_line, print_table, progress
from llama.cli.session import in_models
from llama.domain.moments import moment_of
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import Page, Question, ask
from llama.ports.projections import EventRow
from schemas.listing import EventList, ListedEvent

if TYPE_CHECKING:
    from llama.adapters.postgres import PostgresReadModels
    from llama.adapters.system_clock import SystemClock

COLUMNS = ("event", "merger (UTC)", "newest notice", "state", "FAR (Hz)", "class", "files")

Limit = Annotated[int, typer.Option("--limit", "-n", help="How many events on a page.", min=1)]
After = Annotated[
    str, typer.Option(metavar="CURSOR", help="The page behind this cursor.", callback=not_empty)
]


def ls(
    downselect: Criteria = None,
    limit: Limit = 50,
    after: After = "",
    as_of: AsOf = "",
    as_json: AsJson = False,
) -> None:
    """List the events that meet criteria, the latest merger first unless they are sorted."""
    try:
        wanted = criteria_in(downselect)
    except ValueError as error:
        fail(str(error), code=2)
    found = in_models(Asked(wanted, limit, after or None, as_of).page)
    page, moment = found.page, found.as_of
    say_moment(moment or "")
    for remark in found.remarks:
        progress(remark)
    if as_json:
        print_json(_told(page, moment).model_dump(mode="json"))
    else:
        asked_of = (f" -d {shlex.quote(text)}" for text in downselect or [])
        when = f" --as-of {shlex.quote(as_of)}" if as_of else ""
        _print(page, f"llama ls{''.join(asked_of)}{when} --limit {limit}")


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


@dataclass(frozen=True, slots=True)
class Found:
    """What was found."""

    page: Page[EventRow]
    as_of: datetime | None
    """The earlier moment that it is of, if it is."""
    remarks: Sequence[str]
    """What there is to say if it is nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed."""

    wanted: Downselection
    limit: int
    after: str | None
    as_of: str

    async def page(self, models: "PostgresReadModels", clock: "SystemClock") -> Found:
        """Look the page up."""
        question = self._question(clock.now())
        page = await self._page(models, question)
        as_of, is_further = question.now if question.is_past else None, question.after is not None
        if page.rows:
            return Found(page, as_of, ())
        told = await nothing_found(models, self.wanted, clock.now(), is_further=is_further)
        return Found(page, as_of, told)

    async def _page(self, models: "PostgresReadModels", question: Question) -> Page[EventRow]:
        if not question.is_past:
            return await models.select(question)
        # What looks back takes a while to import: whoever asks what is now need not wait for it.
        from llama.adapters.postgres.past import PostgresPast
        from llama.client.past import page_then

        return await page_then(PostgresPast(models.database), question)

    def _question(self, now: datetime) -> Question:
        is_past = bool(self.as_of)
        try:
            moment = moment_of(self.as_of, now) if is_past else now
            return ask(self.wanted, now=moment, size=self.limit, after=self.after, is_past=is_past)
        except ValueError as error:
            fail(str(error), code=2)


def _told(page: Page[EventRow], as_of: datetime | None) -> EventList:
    events = tuple(ListedEvent.model_validate(row, from_attributes=True) for row in page.rows)
    return EventList(events=events, next=page.next, as_of=as_of)


def _print(page: Page[EventRow], asked: str) -> None:
    print_table("", COLUMNS, [_row(row) for row in page.rows])
    if page.next is not None:
        print_line(f"more: {asked} --after {page.next}")


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
