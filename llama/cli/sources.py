"""The command that looks at the sources of alerts: llama sources."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from llama.cli.output import AsJson, print_json, print_table
from llama.cli.session import Session, in_session

if TYPE_CHECKING:
    from schemas.sources import ListedGap, ListedSource, SourceList

NOW = ("source", "state", "last heard (UTC)", "last record (UTC)", "lag", "records", "remark")
BEFORE = ("source", "why", "blind from (UTC)", "to", "caught up", "records", "detail")


def sources(
    limit: Annotated[int, typer.Option(help="How many gaps at the most.", min=1)] = 20,
    as_json: AsJson = False,
) -> None:
    """Tell how the sources of alerts stand, and when they were not heard."""
    told = in_session(lambda session: _told(session, limit))
    if as_json:
        print_json(told.model_dump(mode="json"))
        return
    print_table("now", NOW, [_source(one) for one in told.sources])
    print_table("not heard", BEFORE, [_gap(one) for one in told.gaps])


async def _told(session: Session, limit: int) -> "SourceList":
    from llama.adapters.postgres.source_book import PostgresSourceBook
    from llama.domain.sources.shown import listed_gap, listed_source
    from schemas.sources import SourceList

    book = PostgresSourceBook(session.models.database)
    seen, gaps, now = await book.seen(), await book.gaps(limit=limit), session.clock.now()
    return SourceList(
        sources=tuple(listed_source(one.standing, seen_at=one.at, now=now) for one in seen),
        gaps=tuple(map(listed_gap, gaps)),
    )


def _source(one: "ListedSource") -> Sequence[str]:
    return (
        *(one.source, one.state, _time(one.heard_at), _time(one.record_at)),
        *("" if one.lag is None else str(one.lag), str(one.records), remark_on(one)),
    )


def remark_on(one: "ListedSource") -> str:
    """Return what there is to say of a source: an error unless it is heard all the same."""
    is_remark = one.connected or not one.error
    return one.error if is_remark else f"error: {one.error}"


def _gap(one: "ListedGap") -> Sequence[str]:
    return (
        *(one.source, one.why.value, _time(one.since)),
        *(_time(one.until) or "it lasts", _caught_up(one)),
        *("" if one.records is None else str(one.records), one.detail),
    )


def _caught_up(one: "ListedGap") -> str:
    never = "never" if one.why == "lost" else "not yet"
    return _time(one.caught_up_at) or never


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""
