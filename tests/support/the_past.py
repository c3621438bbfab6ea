"""Events to which things happened at odd times, and what a fold of everything says of a moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from llama.client.past import page_then
from llama.domain.as_of import facts_as_of
from llama.domain.event_state import replay
from llama.domain.moves import LoggedFact, Move, moves
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import Question, ask, find
from llama.domain.selection.profile import EventProfile, about
from llama.domain.shown import ShownEvent, shown_event
from llama.domain.spans import SHORTEST
from llama.domain.states import EventState
from llama.domain.survey import Surveys
from llama.ports.past import Past
from schemas.envelope import body_of
from schemas.facts import Fact
from tests.support.random_events import START

GAPS = (
    *(timedelta(seconds=seconds) for seconds in (-400, 0, 1, 1, 1, 20, 300)),
    *(SHORTEST - timedelta(microseconds=1), SHORTEST, timedelta(hours=1), timedelta(days=3)),
)
"""How long after the fact before it a fact comes; clocks differ, so it may be dated earlier."""
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Archive:
    """Some events, with all their facts as they stand on the log."""

    told: tuple[LoggedFact, ...]

    @classmethod
    def of(cls, tales: Sequence[Sequence[Fact]], chance: Random) -> "Archive":
        """Give each tale an event of its own and odd times, and mix them."""
        lives = [list(_dated(f"S2{n}", facts, chance)) for n, facts in enumerate(tales)]
        mixed: list[Fact] = []
        while any(lives):
            mixed.append(chance.choice([life for life in lives if life]).pop(0))
        return cls(tuple(LoggedFact(0, n, fact, body_of(fact)) for n, fact in enumerate(mixed)))

    def batches(self, chance: Random) -> Iterator[list[Move]]:
        """Fold the log in batches of any size, as the projection does."""
        states, surveys, start = dict[str, EventState](), Surveys(), 0
        while start < len(self.told):
            end = start + chance.choice([1, 2, 5, 20])
            yield moves(self.told[start:end], states, surveys)
            start = end

    def moments(self, chance: Random) -> list[datetime]:
        """Return some moments at which, or just before which, something happened, or nothing."""
        times = [told.fact.occurred_at for told in self.told]
        some = chance.sample(times, min(4, len(times)))
        odd = [min(times) - TICK, max(times), START + timedelta(seconds=chance.randrange(90_000))]
        return [*some, *(moment - TICK for moment in some[:2]), *odd]

    def at(self, moment: datetime) -> dict[str, tuple[EventProfile, ShownEvent]]:
        """Return what every event was at a moment, folded from all that had come in by then."""
        facts: dict[str, list[Fact]] = {}
        for told in self.told:
            facts.setdefault(told.fact.event, []).append(told.fact)
        states = [replay(event, facts_as_of(known, moment)) for event, known in facts.items()]
        shown = [(about(state), shown_event(state)) for state in states]
        return {one.eventid: (one, event) for one, event in shown if event is not None}

    def answer(self, question: Question) -> list[ShownEvent]:
        """Return what a question asks for, of what every event was."""
        events = self.at(question.now)
        found = find(question, (profile for profile, _ in events.values()))
        return [events[profile.eventid][1] for profile in found]


@dataclass(slots=True)
class Reader:
    """Somebody who turns the pages of a list of the past."""

    past: Past
    wanted: Downselection
    moment: datetime
    pages: list[tuple[ShownEvent, ...]] = field(default_factory=list[tuple[ShownEvent, ...]])

    async def read(self, size: int) -> list[ShownEvent]:
        """Return what all pages show; only the first is asked for by its moment."""
        cursor: str | None = None
        for number in range(100):
            now = self.moment + timedelta(days=number)
            question = ask(self.wanted, now=now, size=size, after=cursor, is_past=not number)
            page = await page_then(self.past, question)
            self.pages.append(page.rows)
            if (cursor := page.next) is None:
                return [row for rows in self.pages for row in rows]
        raise AssertionError("the pages do not end")


def _dated(event: str, facts: Sequence[Fact], chance: Random) -> Iterator[Fact]:
    moment = START + timedelta(seconds=chance.randrange(7_200))
    for fact in facts:
        yield fact.model_copy(update={"event": event, "occurred_at": moment})
        moment = max(START, moment + chance.choice(GAPS))
