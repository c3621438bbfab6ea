"""Answers questions about earlier moments, from the facts and from what events were for long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from llama.adapters.postgres.criteria import Origin
from llama.adapters.postgres.database import Database, Session
from llama.adapters.postgres.read_models import answers_to
from llama.domain.errors import Misconfigured
from llama.domain.selection.paging import Question
from llama.domain.spans import SHORTEST, Span
from llama.ports.past import Then
from schemas.facts import FACTS, Fact

_SPANNED = "tstzrange(changed_at, until) @> $1::timestamptz and event <> all($2::text[])"


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

    async def then(self, question: Question) -> Then:
        """Return what is known of the events as they were at the moment of a question.

        An event was in a kept span, or has not changed since, or had facts on both sides of the
        moment that are less than the shortest such span apart. Misconfigured if the tables were
        not made since spans are kept.
        """
        async with self.database.moment("facts", "events", "event_spans") as session:
            await _refuse_half(session)
            rows = await session.fetch("moving_at", question.now, SHORTEST)
            moving = [row["event"] for row in rows]
            at_rest = [
                found
                for origin in origins_at(question.now, moving)
                for found in await answers_to(question, session, origin)
            ]
        return Then(at_rest, moving)


def origins_at(moment: datetime, moving: Sequence[str]) -> tuple[Origin, Origin]:
    """Return where those events stand that were at rest at a moment.

    Each by itself: PostgreSQL reads one of them in the order of an index, a union of both it sorts.
    """
    return (
        Origin(condition="changed_at <= $1::timestamptz", values=(moment,)),
        Origin("event_spans", "select_event_spans", _SPANNED, (moment, moving)),
    )


async def keep_spans(session: Session, spans: Sequence[Span]) -> None:
    """Keep what lists show of some events, as what they were until their spans were over."""
    if spans:
        await session.fetch(
            "keep_spans",
            [span.event for span in spans],
            [span.sequence for span in spans],
            [span.until for span in spans],
        )


async def _refuse_half(session: Session) -> None:
    live = await session.first("live_generation")
    if live is None or live["fold_version"] == 0:
        raise Misconfigured(
            "the tables do not say what events were before the last upgrade: run `llama rebuild`"
        )
