"""Answers questions about earlier moments from the facts and the places of events in lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from llama.adapters.postgres.criteria import Parameters, meeting
from llama.adapters.postgres.database import Database, Session
from llama.adapters.postgres.event_rows import read_event
from llama.domain.as_of import places_in
from llama.domain.moves import Folded
from llama.ports.past import Journey, Milestone, Sieve, Sifted
from schemas.facts import FACTS, Fact


@dataclass(frozen=True, slots=True)
class PostgresPast:
    """Answers questions about earlier moments."""

    database: Database

    async def deployed(self, moment: datetime) -> str | None:
        """Return the digest of the manifest that was deployed then; None before the first."""
        row = await self.database.first("deployed_at", moment)
        return None if row is None else row["manifest_digest"]

    async def facts(self, events: Sequence[str]) -> Mapping[str, Sequence[Fact]]:
        """Return all facts of some events, in order."""
        facts: dict[str, list[Fact]] = {event: [] for event in events}
        for row in await self.database.fetch("facts_of", list(events)):
            facts[row["event"]].append(FACTS.validate_json(row["body"]))
        return facts

    async def travel(
        self, journey: Journey, *, after: Milestone | None, limit: int
    ) -> Sequence[Milestone]:
        """Return the next milestones of a journey; less than `limit` only at its end."""
        way = _WAYS[journey.road, journey.descending]
        place = () if journey.road == "name" else (after and after.at,)
        rows = await self.database.fetch(way, journey.moment, *place, after and after.event, limit)
        return [Milestone(row["at"], row["event"]) for row in rows]

    async def sift(self, sieve: Sieve, events: Sequence[str]) -> Sifted:
        """Return those of some events that met criteria at a moment, or may have."""
        parameters = Parameters()
        among = f"event = any({parameters.take(list(events), 'text[]')})"
        moment = parameters.take(sieve.moment, "timestamptz")
        met = meeting(sieve.wanted, sieve.moment, parameters)
        way = "desc" if sieve.wanted.reverse else "asc"
        async with self.database.session() as session:
            head = f"{session.statements['select_events']}\nwhere {among} and"
            text = f"{head} (changed_at > {moment} or {met})"
            if sieve.best is not None:
                best = f"order by far {way} nulls last, event {way} limit {sieve.best}"
                text = f"({head} changed_at <= {moment} and {met} {best})"
                text = f"{text}\nunion all\n({head} changed_at > {moment})"
            rows = await session.run(text, *parameters.values)
        return Sifted(
            unchanged=tuple(read_event(row) for row in rows if row["changed_at"] <= sieve.moment),
            changed=tuple(row["event"] for row in rows if row["changed_at"] > sieve.moment),
        )


_WAYS = {
    ("place", True): "places_down",
    ("place", False): "places_up",
    ("change", True): "changes_down",
    ("change", False): "changes_up",
    ("name", True): "names_down",
    ("name", False): "names_up",
}


async def show_places(session: Session, steps: Sequence[Folded]) -> None:
    """Show where some folded facts have put their events in lists."""
    places = {(one.event, one.sequence): one for one in places_in(steps)}.values()
    if places:
        await session.fetch(
            "show_places",
            [one.event for one in places],
            [one.sequence for one in places],
            [one.since for one in places],
            [one.place for one in places],
        )
