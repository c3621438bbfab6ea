"""What folding a fact did to an event, for those who ask only what became of it."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from llama.domain.board import Board
from llama.domain.needs import Assessor
from llama.domain.states import EventState
from llama.domain.survey import Survey, Surveys
from schemas.facts import Fact


class Folded(Protocol):
    """One fact of the log, and the event's state before and after it."""

    @property
    def partition(self) -> int:
        """Where the fact stands on the topic."""
        ...

    @property
    def offset(self) -> int:
        """Where the fact stands in its partition."""
        ...

    @property
    def fact(self) -> Fact:
        """The fact."""
        ...

    @property
    def body(self) -> bytes:
        """The fact as JSON."""
        ...

    @property
    def before(self) -> EventState:
        """The event's state before the fact."""
        ...

    @property
    def after(self) -> EventState:
        """The event's state after the fact."""
        ...

    @property
    def board(self) -> Board:
        """The handlers in the state after the fact, assessed."""
        ...


class LoggedFact(NamedTuple):
    """One fact of the log, with its place and as it was written."""

    partition: int
    offset: int
    fact: Fact
    body: bytes


class Move(NamedTuple):
    """One fact of the log, and the event's state before and after it; assessed if asked for."""

    partition: int
    offset: int
    fact: Fact
    body: bytes
    before: EventState
    after: EventState
    survey: Survey
    """Stands at the event's last fact by now."""

    @property
    def board(self) -> Board:
        """The handlers in the state after the fact; they are known already after the last one."""
        board = self.survey.board
        return board if board.state is self.after else Assessor(self.after)


def moves(
    told: Iterable[LoggedFact], states: dict[str, EventState], surveys: Surveys
) -> list[Move]:
    """Fold facts into states, which is changed; return what each of them did.

    `surveys` of the facts before spare assessing anew what they have not changed.
    """
    made: list[Move] = []
    for one in told:
        fact = one.fact
        before = states.get(fact.event) or EventState(fact.event)
        survey = surveys.after(before, fact)
        after = states[fact.event] = survey.state
        made.append(Move(one.partition, one.offset, fact, one.body, before, after, survey))
    return made
