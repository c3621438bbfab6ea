"""States share what has not changed, and are written alike when they are equal."""

from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from pydantic import TypeAdapter

from llama.domain.event_state import replay
from llama.domain.persistent import Map, Names, Table, names_of, without
from llama.domain.states import EventState, StoredFile
from schemas.facts import Fact
from tests.support.facts import Story
from tests.support.random_events import EVENT, happenings


@dataclass(frozen=True)
class Shelf:
    numbers: Table[int] = field(default_factory=Map[str, int])
    names: Names = field(default_factory=Map[str, None])


SHELF = TypeAdapter(Shelf)
STATE = TypeAdapter(EventState)


def test_is_written_in_the_order_of_the_keys() -> None:
    shelf = Shelf(Map({"b": 2, "c": 3, "a": 1}), names_of(["z", "y"]))

    assert SHELF.dump_json(shelf) == b'{"numbers":{"a":1,"b":2,"c":3},"names":["y","z"]}'


def test_is_read_as_it_was_written() -> None:
    shelf = Shelf(Map(a=1), names_of(["y"]))

    assert SHELF.validate_json(SHELF.dump_json(shelf)) == shelf


def test_values_are_read_as_what_they_are() -> None:
    story = Story()
    story.notice()

    read = STATE.validate_json(STATE.dump_json(story.state))

    assert isinstance(read.files["alert.json"], StoredFile)
    assert read.files.set("other", read.files["alert.json"]) != read.files


@settings(max_examples=60, deadline=None)
@given(happenings())
def test_every_state_is_read_as_it_was_written(facts: list[Fact]) -> None:
    state = replay(EVENT, facts)

    written = STATE.dump_json(state)

    assert STATE.validate_json(written) == state
    assert STATE.dump_json(STATE.validate_json(written)) == written


def test_states_that_came_about_in_another_order_are_written_alike() -> None:
    story = Story("alert -> a, b")
    story.notice()
    story.settle()
    files = story.state.files
    turned = Map(reversed(list(files.items())))

    assert STATE.dump_json(replace(story.state, files=turned)) == STATE.dump_json(story.state)


def test_what_is_taken_away_need_not_be_there() -> None:
    table = Map(a=1, b=2)

    assert without(table, ["b", "c"]) == Map(a=1)
    assert without(table, ["c"]) is table
