"""Failures in words."""

from datetime import timedelta

from llama.domain.failure_text import failure_text
from llama.domain.states import Failure
from tests.support.facts import START

PLACES = '\n  File "x.py", line 3, in generate\n    raise ValueError'


def a_failure(message: str, *, retry_in: timedelta | None = None) -> Failure:
    retry_at = START + retry_in if retry_in else None
    return Failure("n1", 1, 1, "exception", message, START, retry_at)


def test_a_failure_says_on_one_line_what_failed_and_when_it_is_tried_again() -> None:
    failure = a_failure(f"ValueError: it\nbroke{PLACES}", retry_in=timedelta(minutes=1))

    again = f"{START + timedelta(minutes=1):%Y-%m-%d %H:%M:%S} UTC"
    assert failure_text(failure) == f"exception: ValueError: it broke (again at {again})"


def test_a_failure_for_good_says_nothing_of_another_attempt() -> None:
    assert failure_text(a_failure("it broke")) == "exception: it broke"


def test_a_long_reason_is_cut_and_the_time_of_the_next_attempt_is_not() -> None:
    told = failure_text(a_failure("x" * 100, retry_in=timedelta(minutes=1)), longest=20)

    assert told.startswith("exception: xxxxxxxxx... (again at ")
    assert told.endswith(" UTC)")


def test_a_reason_that_speaks_of_another_time_keeps_its_words() -> None:
    failure = a_failure(f"refused (again at noon, please){PLACES}", retry_in=timedelta(minutes=1))

    assert failure_text(failure).startswith("exception: refused (again at noon, please) (again at ")
