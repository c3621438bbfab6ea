"""Follows the facts that the memory adapters keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from llama.adapters.memory.store import MemoryStore
from llama.domain.position import Position
from llama.ports.following import ShownFact
from schemas.facts import FACTS, Fact


@dataclass(frozen=True, slots=True)
class MemoryFollowing:
    """Follows what is shown in a store."""

    store: MemoryStore

    @property
    def heard(self) -> int:
        """Return a number that grows whenever something new may be shown."""
        return self.store.rung

    async def wait(self, *, seen: int, timeout_s: float) -> None:
        """Return when more was heard than was seen, at the latest after the timeout."""
        await self.store.wait(seen=seen, timeout_s=timeout_s)

    async def position(self) -> Position:
        """Return the position behind everything that is shown now."""
        position = Position()
        for partition, offset in sorted(self.store.facts):
            position = position.behind(partition, offset)
        return position

    async def since(self, moment: datetime) -> Position:
        """Return a position before all facts that occurred at or after a moment."""
        position = await self.position()
        late = [place for place, (_, row) in self.store.facts.items() if row.occurred_at >= moment]
        return Position({**position.offsets, **dict(sorted(late, reverse=True))})

    async def after(self, position: Position, *, limit: int) -> Sequence[ShownFact]:
        """Return what comes next behind a position, up to `limit` facts of each partition."""
        found: dict[int, list[ShownFact]] = {}
        for (partition, offset), (_, row) in sorted(self.store.facts.items()):
            if offset >= position.offsets.get(partition, 0):
                fact = FACTS.validate_json(row.body)
                shown = ShownFact(partition, offset, row.sequence, row.outcome, fact)
                found.setdefault(partition, []).append(shown)
        return [fact for facts in found.values() for fact in facts[:limit]]

    async def before(self, event: str, sequence: int) -> Sequence[Fact]:
        """Return the facts of an event before the one with this sequence, in order."""
        rows = [row for about, row in self.store.facts.values() if about == event]
        rows.sort(key=lambda row: (row.sequence, row.partition, row.offset))
        return [FACTS.validate_json(row.body) for row in rows if row.sequence < sequence]
