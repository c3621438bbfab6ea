"""An event that is folded fact by fact, its handlers assessed only when somebody asks.

`Outlook` says after every fact what has changed of which handler; whoever wants to know only what
an event is in the end pays less here: a fact costs what is needed to judge it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from llama.domain.assessment import Assessment
from llama.domain.event_state import evolved
from llama.domain.needs import Assessor
from llama.domain.replacing import replace
from llama.domain.states import EventState
from llama.domain.touched import touched
from llama.domain.wiring import Wiring, Wirings
from schemas.facts import Fact, FileObsoleted


@dataclass(slots=True)
class Survey:
    """The last state of an event, and what is known of its handlers."""

    board: Assessor
    _known: dict[str, Assessment]

    @classmethod
    def of(cls, state: EventState, wiring: Wiring) -> "Survey":
        """Begin at a state; nothing is assessed yet."""
        known: dict[str, Assessment] = {}
        return cls(Assessor(state, wiring, known), known)

    @property
    def state(self) -> EventState:
        """The state after the last fact."""
        return self.board.state

    def tell(self, fact: Fact, wirings: Wirings) -> EventState:
        """Fold one more fact, and return the state after it."""
        before, wiring = self.board.state, self.board.wiring
        after = evolved(self.board, fact)
        if type(fact) is FileObsoleted:
            pass  # It announces what is known already.
        elif after.manifest is before.manifest:
            _forget(wiring, self._known, touched(wiring, before, after, fact))
        else:
            wiring = wirings.of(after.manifest)
            # Equal manifests become one object: it is large, and compared often.
            after = replace(after, manifest=wiring.manifest)
            self._known = {}
        self.board = Assessor(after, wiring, self._known)
        return after


@dataclass(slots=True)
class Surveys:
    """Remembers the surveys of the `most` events that were folded last.

    One serves only the very state that it stands at (the same object), so a caller that takes
    back what was folded begins anew.
    """

    most: int = 500
    _kept: dict[str, Survey] = field(default_factory=dict[str, Survey])
    _wirings: Wirings = field(default_factory=Wirings)

    def after(self, state: EventState, fact: Fact) -> Survey:
        """Return the survey of an event after one more fact, and remember it."""
        survey = self._kept.pop(state.event, None)
        if survey is None or survey.state is not state:
            survey = Survey.of(state, self._wirings.of(state.manifest))
        survey.tell(fact, self._wirings)
        self._kept[state.event] = survey
        while len(self._kept) > self.most:
            del self._kept[next(iter(self._kept))]
        return survey


def _forget(wiring: Wiring, known: dict[str, Assessment], names: Iterable[str]) -> None:
    """Forget some handlers, and all that is made from their files.

    Whoever is known, so are its ancestors: below one that is not known nobody is.
    """
    queue = list(names)
    while queue:
        name = queue.pop()
        if known.pop(name, None) is not None:
            queue += wiring.consumers.get(name, ())
