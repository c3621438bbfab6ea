"""How much there is of everything, in memory."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from llama.adapters.memory.archive import shown_letters
from llama.adapters.memory.outbox import MemoryOutbox
from llama.adapters.memory.store import MemoryStore, OpenTask
from llama.domain.alarms import ALARMS, is_raised
from llama.domain.letters import alike_by
from llama.domain.outlet import Sender, Sent
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
                reason
                for _, reason, state in set(map(alike_by, shown_letters(self.store)))
                if state == LetterState.OPEN
            ),
            publications={"sent": 0, "in_doubt": 0} | Counter(one.state for _, one in sent),
            is_paused=self.store.pause is not None,
            alarm_at=_latest_alarm(sent),
            sources=tuple(self.store.sources[name] for name in sorted(self.store.sources)),
        )


def _states(tasks: list[OpenTask], now: datetime) -> Counter[str]:
    def state(row: OpenTask) -> str:
        if row.due_at <= now:
            return "ready"
        return "leased" if row.worker else "cooling"

    return Counter(state(row) for row in tasks)


def _latest_alarm(sent: Sequence[tuple[Sender, Sent]]) -> datetime | None:
    of_alarms = ((sender, one) for sender, one in sent if one.topic == ALARMS)
    last = dict(sorted(of_alarms, key=lambda pair: pair[1].number))
    return max((one.sent_at for one in last.values() if is_raised(one.key)), default=None)


def _standing(event: ShownEvent) -> str:
    stands = standing(
        is_retracted=event.retracted,
        is_settled=event.settled,
        has_notice=bool(event.alert_type),
    )
    return stands.replace(" ", "_")
