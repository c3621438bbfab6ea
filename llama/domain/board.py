"""What the fold and the decision look at: an event's handlers, assessed."""

from collections.abc import Iterable
from typing import Protocol

from llama.domain.assessment import Assessment
from llama.domain.states import EventState
from llama.domain.wiring import Wiring
from schemas.files import HandlerSpec, InputDigests


class Board(Protocol):
    """The handlers of one state; whether each is assessed when asked for, or was before."""

    @property
    def state(self) -> EventState:
        """What was assessed."""
        ...

    @property
    def wiring(self) -> Wiring:
        """How the state's manifest hangs together."""
        ...

    def named(self, name: str) -> Assessment | None:
        """Return what a handler is; None if the pipeline has no such handler."""
        ...

    def all(self) -> tuple[Assessment, ...]:
        """Return what every handler is, ancestors first."""
        ...

    def wanted(self) -> Iterable[Assessment]:
        """Go through the handlers of which a run is wanted, ancestors first."""
        ...

    def inputs_of(self, handler: HandlerSpec) -> InputDigests:
        """Return the digests of a handler's inputs as they are now; None for what is not there."""
        ...
