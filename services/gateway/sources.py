"""Where answers come from, and the questions that every answer begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from llama.client.past import Lookback
from llama.domain.errors import NoMoment
from llama.domain.moments import moment_of
from llama.domain.states import EventState
from llama.domain.status import status_of
from llama.ports.artifacts import Artifacts
from llama.ports.clock import Clock
from llama.ports.past import Past
from llama.ports.pictures import Draw
from llama.ports.projections import FactRow, ReadModels
from schemas.base import EventId, FileName
from schemas.reports import RevisionCommitted
from schemas.status import EventStatus
from services.gateway.addresses import AS_OF
from services.gateway.pausing import held_for
from services.gateway.refusals import Refusal

MAX_LIMIT = 1000
DEFAULT_LIMIT = 100
_EVENT: TypeAdapter[str] = TypeAdapter(EventId)
_FILE: TypeAdapter[str] = TypeAdapter(FileName)


@dataclass(frozen=True, slots=True)
class Sources:
    """The ports that the gateway reads from."""

    models: ReadModels
    artifacts: Artifacts
    clock: Clock
    draw: Draw | None
    """None: there are no pictures of graphs."""
    past: Past | None = None
    """None: nobody can look back."""

    def lookback(self, request: Request) -> Lookback | None:
        """Return what looks at the moment that is asked for; None for this one. Or refuse."""
        text = request.query_params.get(AS_OF)
        if text is None:
            return None
        past = self.known_past()
        try:
            return Lookback(past, moment_of(text, self.clock.now()))
        except NoMoment as error:
            hint = "give as_of a moment such as 2026-11-20T12:00Z"
            raise Refusal(400, "bad_moment", detail=str(error), hint=hint) from error

    def known_past(self) -> Past:
        """Return what knows earlier moments, or refuse with 501."""
        if self.past is None:
            detail, hint = "this gateway cannot look back", "leave as_of out"
            raise Refusal(501, "no_past", detail=detail, hint=hint)
        return self.past

    def moment(self, request: Request) -> datetime:
        """Return the moment that is asked for: this one, if none is."""
        back = self.lookback(request)
        return back.moment if back else self.clock.now()

    async def state(self, request: Request) -> EventState:
        """Return the state of the event that the path names, or refuse with 400 or 404."""
        event = event_name_of(request)
        back = self.lookback(request)
        state = await (back.state(event) if back else self.models.state(event))
        if state is None:
            detail = f"there is no event {event}" if back is None else f"there was no {event} then"
            raise Refusal(404, "unknown_event", detail=detail, hint=_HINTS["event"])
        return state

    async def status(self, request: Request, state: EventState) -> EventStatus:
        """Return the status of an event at the moment that is asked for."""
        if back := self.lookback(request):
            return await back.status(state)
        leased = await self.models.leased(state.event)
        deployed = await self.models.deployed()
        now = self.clock.now()
        status = status_of(state, leased=leased, now=now, deployed=deployed)
        held = await held_for(request)
        return held.status(status, state, now) if held else status

    async def facts(self, state: EventState) -> Sequence[FactRow]:
        """Return what had happened to an event when it was in a state, in order."""
        rows = await self.models.facts(state.event)
        return [row for row in rows if row.sequence <= state.sequence]

    async def revisions(self, request: Request, state: EventState) -> Sequence[RevisionCommitted]:
        """Return the revisions of an event, oldest first, at the moment that is asked for."""
        rows = await self.models.revisions(state.event)
        back = self.lookback(request)
        return rows if back is None else rows[: await back.revisions(state.event)]


_HINTS = {
    "event": "GET /events lists the events",
    "file": "GET /events/{event} lists the files of an event",
}


def event_name_of(request: Request) -> str:
    """Return the event's name in the path, or refuse with 400."""
    return _checked(request.path_params["event"], _EVENT, what="event")


def file_name_of(request: Request) -> str:
    """Return the file name in the path, or refuse with 400."""
    return _checked(request.path_params["file"], _FILE, what="file")


def limit_of(request: Request) -> int:
    """Return how many rows are wanted, or refuse with 400."""
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MAX_LIMIT):
        hint = f"give limit a whole number from 1 to {MAX_LIMIT}"
        raise Refusal(400, "bad_limit", detail=f"{text[:50]!r} is no limit", hint=hint)
    return int(text)


def _checked(name: str, pattern: TypeAdapter[str], *, what: str) -> str:
    try:
        return pattern.validate_python(name)
    except ValidationError as error:
        detail = f"{name[:150]!r} cannot be a name of any {what}"
        raise Refusal(400, f"bad_{what}_name", detail=detail, hint=_HINTS[what]) from error
