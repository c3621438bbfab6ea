"""Counts what the tables have."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llama.adapters.postgres.database import Database, Row
from llama.adapters.postgres.pauses import PostgresPauses
from llama.adapters.postgres.source_book import PostgresSourceBook
from llama.domain.alarms import ALARMS, RAISED
from llama.domain.shown import standing
from llama.ports.census import Counts


@dataclass(frozen=True, slots=True)
class PostgresCensus:
    """Counts, in a few statements."""

    database: Database

    async def take(self) -> Counts:
        """Count everything; Unavailable if the server does not answer."""
        async with self.database.session() as session:
            tasks = (await session.fetch("count_tasks"))[0]
            events = await session.fetch("count_events")
            letters = await session.fetch("count_open_letters")
            sent = await session.fetch("count_sendings")
            alarm = (await session.fetch("latest_alarm", ALARMS, RAISED))[0]
        paused = await PostgresPauses(self.database).paused()
        sources = await PostgresSourceBook(self.database).seen()
        return Counts(
            tasks={name: tasks[name] for name in ("ready", "leased", "cooling")},
            oldest_ready_s=tasks["oldest_s"] or 0.0,
            events=_by_standing(events),
            dead_letters=_by_name(letters),
            publications={"sent": 0, "in_doubt": 0} | _by_name(sent),
            is_paused=paused is not None,
            alarm_at=alarm["at"],
            sources=tuple(sources),
        )


def _by_standing(rows: Sequence[Row]) -> Mapping[str, int]:
    found = Counter[str]()
    for row in rows:
        stands = standing(
            is_retracted=row["retracted"],
            is_settled=row["settled"],
            has_notice=row["has_notice"],
        )
        found[stands.replace(" ", "_")] += row["number"]
    return found


def _by_name(rows: Sequence[Row]) -> dict[str, int]:
    return {row["name"]: row["number"] for row in rows}
