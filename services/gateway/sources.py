"""Where answers come from, and the questions that every answer begins with."""

from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from llama.domain.states import EventState
from llama.domain.status import status_of
from llama.ports.artifacts import Artifacts
from llama.ports.clock import Clock
from llama.ports.pictures import Draw
from llama.ports.projections import ReadModels
from schemas.base import EventId, FileName
from schemas.status import EventStatus
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

    async def state(self, request: Request) -> EventState:
        """Return the state of the event that the path names, or refuse with 400 or 404."""
        event = _checked(request.path_params["event"], _EVENT, what="event")
        state = await self.models.state(event)
        if state is None:
            detail = f"there is no event {event}"
            raise Refusal(404, "unknown_event", detail=detail, hint=_HINTS["event"])
        return state

    async def status(self, state: EventState) -> EventStatus:
        """Return the status of an event at this moment."""
        leased = await self.models.leased(state.event)
        deployed = await self.models.deployed()
        return status_of(state, leased=leased, now=self.clock.now(), deployed=deployed)


_HINTS = {
    "event": "GET /events lists the events",
    "file": "GET /events/{event} lists the files of an event",
}


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
