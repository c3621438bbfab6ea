"""How much there is of everything, in memory."""

import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from llama.adapters.memory.archive import shown_letters
from llama.adapters.memory.outbox import MemoryOutbox
from llama.adapters.memory.store import MemoryStore, OpenTask
from llama.domain.shown import standing
from llama.domain.shown_rows import ShownEvent
from llama.ports.census import Counts
from schemas.reports import LetterState


@dataclass(frozen=True, slots=True)
class MemoryCensus:
    """Counts what a store and a ledger of sendings have."""

    store: MemoryStore
    outbox: MemoryOutbox

    async def take(self) -> Counts:
        """Count everything."""
        now = self.store.clock.now()
        tasks = [row for row in self.store.tasks.values() if not row.is_done]
        due = [row.due_at for row in tasks if row.due_at <= now]
        sent = await self.outbox.latest(limit=sys.maxsize)
        return Counts(
            tasks={"ready": 0, "leased": 0, "cooling": 0} | _states(tasks, now),
            oldest_ready_s=(now - min(due)).total_seconds() if due else 0.0,
            events=Counter(_standing(one) for one in self.store.events.values()),
            dead_letters=Counter(
                one.letter.reason.value
                for one in shown_letters(self.store)
                if one.state is LetterState.OPEN
            ),
            publications={"sent": 0, "in_doubt": 0} | Counter(one.state for _, one in sent),
            is_paused=self.store.pause is not None,
            sources=tuple(self.store.sources[name] for name in sorted(self.store.sources)),
        )


def _states(tasks: list[OpenTask], now: datetime) -> Counter[str]:
    def state(row: OpenTask) -> str:
        if row.due_at <= now:
            return "ready"
        return "leased" if row.worker else "cooling"

    return Counter(state(row) for row in tasks)


def _standing(event: ShownEvent) -> str:
    stands = standing(
        is_retracted=event.retracted,
        is_settled=event.settled,
        has_notice=bool(event.alert_type),
    )
    return stands.replace(" ", "_")
