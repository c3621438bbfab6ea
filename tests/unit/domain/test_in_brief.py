"""Errors in one line, for lists."""

import pytest

from llama.domain.in_brief import in_brief

PLACES = '\n  File "x.py", line 3, in generate\n    raise ValueError (again)\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("made from the latest inputs", "made from the latest inputs"),
        ("", ""),
        ("a glitch\n\nin   two lines", "a glitch in two lines"),
        (f"exception: ValueError: x{PLACES}", "exception: ValueError: x"),
        (f"ValueError: x\ny{PLACES}", "ValueError: x y"),
        (f"ValueError: a (again at b){PLACES}", "ValueError: a (again at b)"),
        (
            f"crash: Traceback (most recent call last):{PLACES}KeyError: 'x'\nand more",
            "crash: KeyError: 'x' and more",
        ),
        ("Traceback (most recent call last):", ""),
    ],
)
def test_of_an_error_a_line_says_what_it_is_and_not_where_it_was_raised(
    text: str, told: str
) -> None:
    assert in_brief(text) == told
