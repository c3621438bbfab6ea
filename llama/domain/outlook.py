"""An event with every handler assessed, kept up to date fact by fact.

One more fact costs about as much as the handlers that it changes and what these are made from,
however many others the event has. `Assessor` says the same from scratch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from immutables import MapMutation

from llama.domain.assessment import Assessment
from llama.domain.event_state import evolved
from llama.domain.needs import Assessor
from llama.domain.persistent import Map
from llama.domain.rules import Rules
from llama.domain.states import EventState
from llama.domain.touched import touched
from llama.domain.wiring import Wiring, Wirings
from schemas.facts import Fact
from schemas.files import HandlerSpec, InputDigests


@dataclass(frozen=True, slots=True)
class Reassessment:
    """A handler that the last fact made another."""

    was: Assessment | None
    """None if the pipeline had no such handler."""
    now: Assessment | None
    """None if it has no such handler any more."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A state and what each of its handlers is; a fact leads to another outlook."""

    state: EventState
    wiring: Wiring
    assessments: Map[str, Assessment]
    """By handler."""
    wanting: Map[str, Assessment]
    """The handlers of which a run is wanted."""
    reassessed: Mapping[str, Reassessment]
    """What the last fact changed, ancestors first."""

    @classmethod
    def of(cls, state: EventState, wiring: Wiring | None = None) -> "Outlook":
        """Assess a whole state; nothing counts as changed by its last fact."""
        assessor = Assessor(state, wiring)
        assessments = Map((one.handler.name, one) for one in assessor.all())
        wanting = Map((one.handler.name, one) for one in assessor.wanted())
        return cls(state, assessor.wiring, assessments, wanting, {})

    def after(self, fact: Fact, wirings: Wirings | None = None) -> "Outlook":
        """Return the outlook after one more fact; `wirings` spares indexing a known manifest."""
        state = evolved(self, fact)
        if state.manifest is not self.state.manifest:
            return self._rewired(state, (wirings or Wirings()).of(state.manifest))
        names = touched(self.wiring, self.state, state, fact)
        return self._reassessed(state, names)

    def named(self, name: str) -> Assessment | None:
        """Return what a handler is; None if the pipeline has no such handler."""
        return self.assessments.get(name)

    def all(self) -> tuple[Assessment, ...]:
        """Return what every handler is, ancestors first."""
        return tuple(self.assessments[spec.name] for spec in self.wiring.handlers)

    def wanted(self) -> Iterable[Assessment]:
        """Return the handlers of which a run is wanted, ancestors first."""
        return [self.wanting[name] for name in self._in_order(self.wanting)]

    def inputs_of(self, handler: HandlerSpec) -> InputDigests:
        """Return the digests of a handler's inputs as they are now; None for what is not there."""
        return Rules(self.state, self.wiring, self.assessments).gather(handler).inputs

    def _rewired(self, state: EventState, wiring: Wiring) -> "Outlook":
        """Return the outlook under another manifest, which may change every handler."""
        fresh = Outlook.of(state, wiring)
        names = {**dict.fromkeys(fresh.wiring.by_name), **dict.fromkeys(self.wiring.by_name)}
        compared = {
            name: Reassessment(self.named(name), fresh.named(name))
            for name in names
            if self.named(name) != fresh.named(name)
        }
        return Outlook(state, wiring, fresh.assessments, fresh.wanting, compared)

    def _reassessed(self, state: EventState, names: Iterable[str]) -> "Outlook":
        """Return the outlook in which some handlers, and whom they carry along, are up to date."""
        known = self.assessments.mutate()
        changed = _carried(Rules(state, self.wiring, known), known, names)
        wanting = self.wanting.mutate()
        for name in changed:
            if known[name].is_wanted:
                wanting[name] = known[name]
            else:
                wanting.pop(name, None)
        compared = {
            name: Reassessment(self.assessments[name], known[name])
            for name in self._in_order(changed)
            if self.assessments[name] != known[name]
        }
        return Outlook(state, self.wiring, known.finish(), wanting.finish(), compared)

    def _in_order(self, names: Iterable[str]) -> list[str]:
        return sorted(names, key=self.wiring.positions.__getitem__)


def _carried(rules: Rules, known: MapMutation[str, Assessment], names: Iterable[str]) -> set[str]:
    """Assess some handlers anew, and all who see a change in one of them, ancestors first.

    Return those that have changed; `known` is what the rules know, and is brought up to date.
    """
    wiring, changed = rules.wiring, set[str]()
    queue = sorted({wiring.positions[name] for name in names})
    queued = set(queue)
    while queue:
        place = heappop(queue)
        queued.discard(place)
        spec = wiring.handlers[place]
        was, now = known[spec.name], rules.assess(spec)
        if now == was:
            continue
        known[spec.name] = now
        changed.add(spec.name)
        if was.shown_below == now.shown_below:
            continue
        for consumer in wiring.consumers.get(spec.name, ()):
            if wiring.positions[consumer] not in queued:
                queued.add(wiring.positions[consumer])
                heappush(queue, wiring.positions[consumer])
    return changed
