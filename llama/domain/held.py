"""What a pause of publication holds up: runs that would start, and wait for somebody to go on."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from llama.domain.outlet import Pause
from llama.domain.resolve import decide
from llama.domain.states import EventState
from schemas.status import EventStatus, Why


@dataclass(frozen=True, slots=True)
class Held:
    """A pause, and whom it concerns."""

    pause: Pause
    publishers: AbstractSet[str]
    """The handlers that tell the world."""

    def why(self, why: Why) -> Why:
        """Return an explanation that says so if the run that is wanted is held up."""
        if why.needs is None or not why.needs.due or why.handler not in self.publishers:
            return why
        needs = why.needs.model_copy(update={"due": False, "paused": str(self.pause)})
        return why.model_copy(update={"needs": needs})

    def status(self, status: EventStatus, state: EventState, now: datetime) -> EventStatus:
        """Return a status that says so if a run that the event needs now is held up."""
        runs = decide(state, now).runs
        due = {run.need.handler.name for run in runs if not run.not_before or run.not_before <= now}
        if due.isdisjoint(self.publishers):
            return status
        return status.model_copy(update={"paused": str(self.pause)})
