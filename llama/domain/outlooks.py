"""The outlooks of the events that were folded last, so that nothing is assessed twice."""

from dataclasses import dataclass, field

from llama.domain.outlook import Outlook
from llama.domain.states import EventState
from llama.domain.wiring import Wirings
from schemas.facts import Fact


@dataclass(slots=True)
class Outlooks:
    """Remembers an outlook for each of the `most` events that were folded last.

    An outlook serves only the very state that it was made of (the same object), so a caller that
    takes back a step, or loads a state anew, gets an outlook made from scratch.
    """

    most: int = 500
    _kept: dict[str, Outlook] = field(default_factory=dict[str, Outlook])
    _wirings: Wirings = field(default_factory=Wirings)

    def of(self, state: EventState) -> Outlook:
        """Return the outlook of a state."""
        kept = self._kept.get(state.event)
        if kept is not None and kept.state is state:
            return kept
        return Outlook.of(state, self._wirings.of(state.manifest))

    def after(self, state: EventState, fact: Fact) -> Outlook:
        """Return the outlook after one more fact, and remember it."""
        outlook = self.of(state).after(fact, self._wirings)
        self._kept.pop(state.event, None)
        self._kept[state.event] = outlook
        while len(self._kept) > self.most:
            del self._kept[next(iter(self._kept))]
        return outlook
