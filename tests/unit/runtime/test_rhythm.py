"""Consumers that nobody waits for begin together, and not too often."""

from llama.runtime.rhythm import Rhythm


def test_who_finds_something_before_a_round_begins_is_in_it() -> None:
    rhythm = Rhythm(gather_s=1.0, every_s=3.0)

    assert [rhythm.until(now) for now in (10.0, 10.0, 10.9, 11.0)] == [11.0] * 4


def test_rounds_have_a_distance() -> None:
    rhythm = Rhythm(gather_s=1.0, every_s=3.0)

    assert [rhythm.until(now) for now in (10.0, 11.1, 14.1, 20.0)] == [11.0, 14.0, 17.0, 21.0]
