"""What folding a fact did to an event, for those who ask only what became of it."""

from collections.abc import Callable, Iterable
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
    looked: Survey | Board
    """A survey stands at the event's last fact by now."""

    @property
    def board(self) -> Board:
        """The handlers in the state after the fact; they are known already after the last one."""
        board = self.looked.board if isinstance(self.looked, Survey) else self.looked
        return board if board.state is self.after else Assessor(self.after)


def nobody(_one: LoggedFact, _before: EventState) -> Board | None:
    """Know of no fact what it has led to."""
    return None


def moves(
    told: Iterable[LoggedFact],
    states: dict[str, EventState],
    surveys: Surveys,
    known: Callable[[LoggedFact, EventState], Board | None] = nobody,
) -> list[Move]:
    """Fold facts into states, which is changed; return what each of them did.

    `surveys` of the facts before spare assessing anew what they have not changed. Who may have
    folded a fact from the same state, is asked as `known`.
    """
    made: list[Move] = []
    for one in told:
        fact = one.fact
        before = states.get(fact.event) or EventState(fact.event)
        looked = known(one, before) or surveys.after(before, fact)
        after = states[fact.event] = looked.state
        made.append(Move(one.partition, one.offset, fact, one.body, before, after, looked))
    return made
