"""`--as-of`: what the commands show as it was at an earlier moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from llama.cli.session import Session
from llama.client.histories import Histories
from llama.domain.moments import moment_of
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import ask
from llama.domain.states import EventState
from llama.domain.versions import Entry
from llama.ports.projections import EventRow
from schemas.status import EventStatus

if TYPE_CHECKING:
    from llama.client.past import Lookback


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


def histories_in(session: Session) -> Histories:
    """Return what answers questions about the histories of a session's system."""
    return Histories(session.history, session.models, session.clock)


async def log_then(session: Session, event: str, as_of: str) -> Sequence[Entry]:
    """Return the revisions of an event, newest first, as of a moment if one is said."""
    if await session.history.head(event) is None:
        return []
    moment = moment_in(session, as_of)
    entries = await histories_in(session).entries(event)
    return [one for one in reversed(entries) if not as_of or one.since <= moment]


async def events_then(session: Session, as_of: str, *, limit: int) -> Sequence[EventRow]:
    """Return the events as lists show them, as of a moment if one is said."""
    if not as_of:
        return await session.models.events(limit=limit)
    from llama.adapters.postgres.past import PostgresPast
    from llama.client.past import page_then

    question = ask(Downselection(), now=moment_in(session, as_of), size=limit, is_past=True)
    return (await page_then(PostgresPast(session.models.database), question)).rows
