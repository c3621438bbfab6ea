"""Folding for those who ask only what became of an event: as the full fold, fact by fact."""

from hypothesis import given, settings
from hypothesis import strategies as st

from llama.domain.event_state import evolve
from llama.domain.moves import LoggedFact, moves
from llama.domain.shown import shown, shown_from
from llama.domain.states import EventState
from llama.domain.survey import Surveys
from schemas.envelope import body_of
from schemas.facts import Fact
from tests.support.random_events import EVENT, happenings


def told(facts: list[Fact]) -> list[LoggedFact]:
    return [LoggedFact(0, place, fact, body_of(fact)) for place, fact in enumerate(facts)]


@settings(max_examples=300, deadline=None)
@given(facts=happenings())
def test_every_state_is_what_evolve_says(facts: list[Fact]) -> None:
    made = moves(told(facts), {}, Surveys())

    state = EventState(EVENT)
    for move in made:
        assert move.before == state
        state = evolve(state, move.fact)
        assert move.after == state


@settings(max_examples=300, deadline=None)
@given(facts=happenings(), sizes=st.lists(st.integers(1, 5), min_size=1))
def test_what_is_shown_after_any_batch_is_as_if_assessed_from_scratch(
    facts: list[Fact], sizes: list[int]
) -> None:
    states, surveys, left = dict[str, EventState](), Surveys(), told(facts)
    for size in sizes * len(facts):
        batch, left = left[:size], left[size:]

        for move in moves(batch, states, surveys):
            assert shown_from(move.board) == shown(move.after)


@settings(max_examples=100, deadline=None)
@given(facts=happenings(), taken_back=st.integers(1, 5))
def test_a_batch_that_is_taken_back_leaves_no_trace(facts: list[Fact], taken_back: int) -> None:
    surveys, batch = Surveys(), told(facts)
    first, second = batch[:-taken_back], batch[-taken_back:]
    states = dict[str, EventState]()
    moves(first, states, surveys)
    moves(second, dict(states), surveys)

    again = moves(second, dict(states), surveys)

    assert [shown_from(move.board) for move in again] == [shown(move.after) for move in again]
    assert [move.after for move in again] == [
        move.after for move in moves(batch, {}, Surveys())[-len(second) :]
    ]
