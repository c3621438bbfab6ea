"""An event as it was at an earlier moment, from its facts alone.

As-of T goes by the running maximum of `occurred_at`: clocks of several producers differ a little,
and a fact that is dated before one that was already on the log happened, for the event, with it.
So the facts as of T are a beginning of the log, and a later T never shows fewer of them.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from llama.domain.board import Board
from llama.domain.revisions import changed_files
from llama.domain.states import BEGINNING, EventState
from llama.domain.survey import Survey
from llama.domain.wiring import Wirings
from schemas.facts import Fact


def facts_as_of(facts: Iterable[Fact], moment: datetime) -> Iterator[Fact]:
    """Go through the facts that an event had at a moment, of all its facts in order."""
    latest = BEGINNING
    for fact in facts:
        latest = max(latest, fact.occurred_at)
        if latest > moment:
            return
        yield fact


def board_as_of(
    event: str, facts: Iterable[Fact], moment: datetime, wirings: Wirings | None = None
) -> Board | None:
    """Return an event as it was at a moment, assessed; None if nothing had come in by then."""
    known = wirings or Wirings()
    survey = Survey.of(EventState(event), known.of(None))
    for fact in facts_as_of(facts, moment):
        survey.tell(fact, known)
    return survey.board if survey.state.sequence else None


def state_as_of(event: str, facts: Iterable[Fact], moment: datetime) -> EventState | None:
    """Return the state of an event at a moment; None if nothing had come in by then."""
    board = board_as_of(event, facts, moment)
    return board.state if board else None


def changes_as_of(event: str, facts: Iterable[Fact], moment: datetime) -> int:
    """Return how many of the facts up to a moment changed the files: so long was the history."""
    wirings, count = Wirings(), 0
    survey = Survey.of(EventState(event), wirings.of(None))
    for fact in facts_as_of(facts, moment):
        before = survey.state
        count += bool(changed_files(before, survey.tell(fact, wirings)))
    return count
