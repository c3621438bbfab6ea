"""What an event that has not settled still waits for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from llama.domain.assessment import UNSETTLED
from llama.domain.attempts import failure_of
from llama.domain.needs import Assessor
from llama.domain.states import EventState


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A file that is still to come."""

    event: str
    file: str
    status: str
    again: datetime | None = None
    """When it is tried again, if its last run has failed."""
    is_running: bool = False


def unsettled_in(state: EventState, leased: Collection[str]) -> tuple[Unsettled, ...]:
    """Return the files that are still to come, ancestors first.

    `leased` names the handlers that a worker is running.
    """
    return tuple(
        Unsettled(
            state.event,
            file,
            one.status.value,
            _again(state, one.need.handler.name, one.need.id) if one.need else None,
            one.handler.name in leased,
        )
        for one in Assessor(state).all()
        if one.status in UNSETTLED or one.handler.name in leased
        for file in one.handler.files
    )


def _again(state: EventState, handler: str, need: str) -> datetime | None:
    failure = failure_of(state, handler, need)
    return failure.retry_at if failure else None
