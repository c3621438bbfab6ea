"""What each handler of an event is, and what it needs: obsolete, waiting, current and the rest.

Everything here is derived from the state by looking at a handler and its ancestors. Nothing is
stored, so nothing can be out of date.
"""

from collections.abc import Iterator

from llama.domain.assessment import Assessment, Need
from llama.domain.rules import Rules
from llama.domain.states import EventState
from llama.domain.wiring import Wiring
from schemas.files import HandlerSpec, InputDigests


class Assessor:
    """Assesses handlers of one state, each at most once and only if it is asked for.

    `wiring` is how the state's manifest hangs together, if that is known already; `known` is what
    handlers of the state are, if some were assessed before: it is added to.
    """

    def __init__(
        self,
        state: EventState,
        wiring: Wiring | None = None,
        known: dict[str, Assessment] | None = None,
    ) -> None:
        self.state = state
        self.wiring = wiring or Wiring(state.manifest)
        self._known: dict[str, Assessment] = {} if known is None else known
        self._rules = Rules(state, self.wiring, self._known)

    @property
    def handlers(self) -> tuple[HandlerSpec, ...]:
        """The handlers of the adopted pipeline, ancestors first."""
        return self.wiring.handlers

    def maker_of(self, file: str) -> HandlerSpec | None:
        """Return the handler that makes a file."""
        return self.wiring.makers.get(file)

    def named(self, name: str) -> Assessment | None:
        """Assess a handler by name; None if the pipeline has no such handler."""
        spec = self.wiring.by_name.get(name)
        return None if spec is None else self.of(spec)

    def of(self, handler: HandlerSpec) -> Assessment:
        """Assess a handler and, first, whatever it is made from.

        With a stack of its own: a chain of handlers may be longer than Python's.
        """
        stack = [handler]
        while stack:
            makers = self.wiring.makers_of(stack[-1])
            missing = [maker for maker in makers if maker.name not in self._known]
            if missing:
                stack += missing
                continue
            ready = stack.pop()
            if ready.name not in self._known:
                self._known[ready.name] = self._rules.assess(ready)
        return self._known[handler.name]

    def all(self) -> tuple[Assessment, ...]:
        """Assess every handler, ancestors first."""
        return tuple(self.of(handler) for handler in self.handlers)

    def wanted(self) -> Iterator[Assessment]:
        """Go through the handlers of which a run is wanted, ancestors first."""
        return (assessment for assessment in self.all() if assessment.is_wanted)

    def inputs_of(self, handler: HandlerSpec) -> InputDigests:
        """Return the digests of a handler's inputs as they are now; None for what is not there."""
        for maker in self.wiring.makers_of(handler):
            self.of(maker)
        return self._rules.gather(handler).inputs


def need_of(state: EventState, handler: str) -> Need | None:
    """Return the run that a handler needs now, if any."""
    assessed = Assessor(state).named(handler)
    return assessed.need if assessed else None
