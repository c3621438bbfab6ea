"""Standing selections: llama selection add, ls and rm."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer
from pydantic import ValidationError

from llama.cli.ordering import PATIENCE_S, user_name
from llama.cli.output import AsJson, fail, print_json, print_line, print_table, progress
from llama.cli.session import Session, in_session, open_log
from llama.client.ingestion import within
from llama.domain.digests import digest_json
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.standing import StandingSelection, standing_criteria
from schemas.base import zulu
from schemas.selections import SelectionDefined, SelectionFact, SelectionRemoved
from schemas.topics import SELECTIONS_TOPIC

COLUMNS = ("name", "criteria", "when (UTC)", "by", "reason")
LOOK_EVERY_S = 0.05

selection = typer.Typer(
    name="selection",
    help="Standing selections: which events enter and leave them is told on llama.v1.selections.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the selection is called.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why: it stands on the log.")]
By = Annotated[str, typer.Option(metavar="NAME", help="Who orders it; you, if left out.")]


@selection.command("add")
def add_selection(
    name: Name,
    criteria: Annotated[
        list[str],
        typer.Argument(help="What an event must meet, as in vetoed=false fileexists=skymap.fits."),
    ],
    reason: Reason = "",
    by: By = "",
) -> None:
    """Define a standing selection, or define it anew; it begins with the events that are in it."""
    text = ",".join(criteria)
    try:
        wanted = standing_criteria(text)
    except ValueError as error:
        fail(str(error), code=2)

    def defined(request: str, at: datetime) -> SelectionFact:
        who = by or user_name()
        return SelectionDefined(
            id=request, occurred_at=at, name=name, by=who, reason=reason, criteria=text
        )

    in_session(lambda session: _order(session, [name, text, by, reason], defined))
    print_line(f"{name} stands: {text}")
    for remark in in_session(lambda session: _remarks(session, wanted)):
        progress(remark)


@selection.command("rm")
def remove_selection(name: Name, reason: Reason = "", by: By = "") -> None:
    """End a standing selection: what is in it leaves it."""
    known = [one.name for one in in_session(_listed)]
    if name not in known:
        fail(f"there is no standing selection {name!r}: there is {', '.join(known) or 'none'}")

    def removed(request: str, at: datetime) -> SelectionFact:
        who = by or user_name()
        return SelectionRemoved(id=request, occurred_at=at, name=name, by=who, reason=reason)

    in_session(lambda session: _order(session, [name, by, reason], removed))
    print_line(f"{name} has ended")


@selection.command("ls")
def list_selections(as_json: AsJson = False) -> None:
    """List the standing selections."""
    rows = in_session(_listed)
    if as_json:
        print_json([_fields(row) for row in rows])
        return
    print_table("", COLUMNS, [_row(row) for row in rows])


async def _order(
    session: Session, occasion: Sequence[str], order: Callable[[str, datetime], SelectionFact]
) -> None:
    """Put what is ordered on the log, and wait until it stands."""
    at = session.clock.now()
    try:
        fact = order(f"selection-{digest_json([*occasion, zulu(at)])[:32]}", at)
    except ValidationError as error:
        first = error.errors()[0]
        fail(f"{first['loc'][0]} {first['input']!r}: {first['msg']}", code=2)
    async with open_log(session) as log:
        await log.log.append(SELECTIONS_TOPIC, [fact])
    waiting = asyncio.ensure_future(_until_it_stands(session, fact))
    await within(timedelta(seconds=PATIENCE_S), waiting, what=f"the selection {fact.name}")


async def _remarks(session: Session, wanted: Downselection) -> Sequence[str]:
    """Return what is said of names that no event has: of what may be to come they are none yet."""
    from llama.client.unmet import strange_names

    return await strange_names(session.models, wanted, session.clock.now())


async def _until_it_stands(session: Session, fact: SelectionFact) -> None:
    while not _stands(fact, await _listed(session)):
        await asyncio.sleep(LOOK_EVERY_S)


def _stands(fact: SelectionFact, selections: Sequence[StandingSelection]) -> bool:
    """Tell whether what was ordered has had its effect."""
    found = next((one for one in selections if one.name == fact.name), None)
    if isinstance(fact, SelectionRemoved):
        return found is None
    return found is not None and found.defined_at >= fact.occurred_at


async def _listed(session: Session) -> Sequence[StandingSelection]:
    from llama.adapters.postgres.selections import PostgresSelections

    return await PostgresSelections(session.models.database).selections()


def _fields(row: StandingSelection) -> dict[str, str]:
    return {
        "name": row.name,
        "criteria": row.criteria,
        "definition": row.definition,
        "defined_at": zulu(row.defined_at),
        "by": row.by,
        "reason": row.reason,
    }


def _row(row: StandingSelection) -> tuple[str, ...]:
    return row.name, row.criteria, f"{row.defined_at:%Y-%m-%d %H:%M:%S}", row.by, row.reason
