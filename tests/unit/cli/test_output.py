"""Tables for people: every entry is one line, and what is copied from them stays whole."""

import pytest

from llama.cli.output import print_table

ERROR = 'ValueError: it broke\n  File "x.py", line 1, in generate\n    raise ValueError\n'


def test_an_error_in_a_table_is_a_line_that_says_what_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table("", ("file", "reason"), [("a.txt", ERROR)])

    [line] = [line for line in capsys.readouterr().out.splitlines() if "a.txt" in line]
    assert "ValueError: it broke" in line
    assert "x.py" not in line
