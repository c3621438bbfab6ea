"""Whether somebody has paused publication: what waits for that is told where it is asked about."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request

from llama.domain.held import Held
from llama.ports.outlet import Pauses


@dataclass(frozen=True, slots=True)
class Pausing:
    """The switch, and whom it concerns."""

    pauses: Pauses
    publishers: AbstractSet[str]
    """The handlers that tell the world."""

    async def held(self) -> Held | None:
        """Return what a pause holds up; None if publication goes on."""
        pause = await self.pauses.paused()
        return Held(pause, self.publishers) if pause else None


def tell_of_pauses(application: Starlette, pausing: Pausing) -> None:
    """Have an application's answers about an event tell of pauses."""
    application.state.pausing = pausing


async def held_for(request: Request) -> Held | None:
    """Return what a pause holds up; None if there is none, or nobody here knows of pauses."""
    found: object = getattr(request.app.state, "pausing", None)
    return await found.held() if isinstance(found, Pausing) else None
