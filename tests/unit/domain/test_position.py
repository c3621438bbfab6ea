"""A position in the stream of changes: how far each partition was followed."""

import pytest

from llama.domain.errors import NoPosition
from llama.domain.position import Position


def test_a_position_is_what_was_written() -> None:
    position = Position({3: 17, 0: 2})

    assert str(position) == "0:2,3:17"
    assert Position.of(str(position)) == position


def test_the_beginning_is_behind_nothing() -> None:
    assert Position.of(str(Position())).offsets == {0: 0}
    assert not Position.of(str(Position())).is_ahead_of(Position())


def test_behind_a_fact_only_its_partition_moves() -> None:
    assert Position({0: 2, 1: 5}).behind(1, 8) == Position({0: 2, 1: 9})


def test_a_position_is_ahead_if_one_partition_is() -> None:
    here = Position({0: 2, 1: 5})

    assert Position({0: 3}).is_ahead_of(here)
    assert Position({2: 1}).is_ahead_of(here)
    assert not Position({0: 2}).is_ahead_of(here)


@pytest.mark.parametrize(
    "text", ["", "17", "0:1,", "0:-1", "0:1 ", "a:1", "0:1\n", "0:" + "9" * 30]
)
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(NoPosition, match="give back an id as it came"):
        Position.of(text)
