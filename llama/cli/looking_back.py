"""`--as-of`: what the commands show as it was at an earlier moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from llama.cli.session import Session
from llama.domain.as_of import moment_of
from llama.domain.selection.downselection import Downselection
from llama.domain.states import EventState
from llama.ports.history import Revision
from llama.ports.projections import EventRow
from schemas.status import EventStatus

if TYPE_CHECKING:
    from llama.client.past import Lookback

AsOf = Annotated[
    str,
    typer.Option(
        "--as-of",
        metavar="MOMENT",
        help="As it was then: 2026-11-20T12:00Z, 2026-11-20 or 2h (ago).",
        show_default=False,
    ),
]


def moment_in(session: Session, as_of: str) -> datetime:
    """Return the moment that is looked at: now, unless it is said; NoMoment if it is none."""
    now = session.clock.now()
    return moment_of(as_of, now) if as_of else now


def looking_back(session: Session, as_of: str) -> "Lookback":
    """Return what looks at an earlier moment of a session's system."""
    from llama.adapters.postgres.past import PostgresPast
    from llama.client.past import Lookback

    return Lookback(PostgresPast(session.models.database), moment_in(session, as_of))


async def state_then(session: Session, event: str, as_of: str) -> EventState | None:
    """Return the state of an event, as of a moment if one is said; None if there is none."""
    if not as_of:
        return await session.models.state(event)
    return await looking_back(session, as_of).state(event)


async def status_then(session: Session, state: EventState, as_of: str) -> EventStatus:
    """Return the status of such a state at that moment."""
    return await looking_back(session, as_of).status(state)


async def log_then(session: Session, event: str, as_of: str) -> Sequence[Revision]:
    """Return the revisions of an event, newest first, as of a moment if one is said."""
    revisions = await session.history.log(event)
    if not as_of:
        return revisions
    count = await looking_back(session, as_of).revisions(event)
    return revisions[max(len(revisions) - count, 0) :]


async def events_then(
    session: Session, as_of: str, *, limit: int, wanted: Downselection | None = None
) -> Sequence[EventRow]:
    """Return the events as lists show them, as of a moment if one is said."""
    if not as_of:
        return await session.models.events(limit=limit)
    page = await looking_back(session, as_of).page(wanted or Downselection(), limit=limit)
    return [sight.event for sight in page]
