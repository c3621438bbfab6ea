"""Earlier moments, from the facts that the memory adapters keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from llama.adapters.memory.store import MemoryStore
from llama.domain.selection.paging import Question, find
from llama.ports.past import Then
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

    async def then(self, question: Question) -> Then:
        """Return what is known of the events as they were at the moment of a question."""
        shown = self.store.events
        still = [event for event in sorted(shown) if shown[event].changed_at <= question.now]
        found = find(question, (self.store.profiles[event] for event in still))
        return Then(
            at_rest=[(profile, shown[profile.eventid]) for profile in found],
            moving=sorted(shown.keys() - set(still)),
        )

    def _facts(self, event: str) -> list[Fact]:
        rows = [row for about, row in self.store.facts.values() if about == event]
        rows.sort(key=lambda row: (row.sequence, row.partition, row.offset))
        return [FACTS.validate_json(row.body) for row in rows]
