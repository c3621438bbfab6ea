"""Earlier moments, from the facts that the memory adapters keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from llama.adapters.memory.store import MemoryStore
from llama.domain.as_of import facts_as_of, place_of
from llama.domain.event_state import evolve
from llama.domain.states import EventState
from llama.ports.past import Journey, Milestone, Sieve, Sifted
from schemas.facts import FACTS, Fact


@dataclass(frozen=True, slots=True)
class MemoryPast:
    """Answers questions about earlier moments."""

    store: MemoryStore

    async def deployed(self, moment: datetime) -> str | None:
        """Return the digest of the manifest that was deployed then; None before the first."""
        dated = zip(self.store.deployments, self.store.deployed_at, strict=True)
        known = [digest for digest, at in dated if at <= moment]
        return known[-1] if known else None

    async def facts(self, events: Sequence[str]) -> Mapping[str, Sequence[Fact]]:
        """Return all facts of some events, in order."""
        return {event: self._facts(event) for event in events}

    async def travel(
        self, journey: Journey, *, after: Milestone | None, limit: int
    ) -> Sequence[Milestone]:
        """Return the next milestones of a journey; less than `limit` only at its end."""
        events = sorted({event for event, _ in self.store.facts.values()})
        met = {one for event in events for one in self._milestones(journey, event)}
        road = sorted(met, key=_order, reverse=journey.descending)
        start = 0 if after is None else road.index(after) + 1
        return road[start : start + limit]

    async def sift(self, sieve: Sieve, events: Sequence[str]) -> Sifted:
        """Return those of some events that met criteria at a moment, or may have."""
        wanted, moment = sieve.wanted, sieve.moment
        shown = [self.store.events[event] for event in events if event in self.store.events]
        changed = tuple(one.event for one in shown if one.changed_at > moment)
        unchanged = tuple(
            one
            for one in shown
            if one.changed_at <= moment and wanted.matches(self.store.profiles[one.event], moment)
        )
        return Sifted(unchanged, changed)

    def _milestones(self, journey: Journey, event: str) -> list[Milestone]:
        facts = list(facts_as_of(self._facts(event), journey.moment))
        if journey.road == "change":
            return [Milestone(fact.occurred_at, event) for fact in facts]
        places, state = list[Milestone](), EventState(event)
        for fact in facts:
            state = evolve(state, fact)
            if place := place_of(state):
                places.append(Milestone(event if journey.road == "name" else place, event))
        return places

    def _facts(self, event: str) -> list[Fact]:
        rows = [row for about, row in self.store.facts.values() if about == event]
        rows.sort(key=lambda row: (row.sequence, row.partition, row.offset))
        return [FACTS.validate_json(row.body) for row in rows]


def _order(one: Milestone) -> tuple[str, str]:
    at = one.at if isinstance(one.at, str) else one.at.isoformat()
    return at, one.event
