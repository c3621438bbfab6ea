"""An option with an empty value, as from a shell's unset variable, is refused: it is not `now`."""

import pytest
from typer.testing import CliRunner

from llama.cli.app import app


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (("ls", "--as-of", ""), "--as-of is empty: give it a value, or leave it out"),
        (("ls", "--as-of", " "), "--as-of is empty"),
        (("ls", "--after", ""), "--after is empty"),
        (("ls", "-d", ""), "a criterion is empty: write name=value"),
        (("ls", "-d", ","), "a criterion is empty: write name=value"),
        (("ls", "-d", "vetoed=true", "-d", ""), "a criterion is empty"),
        (("status", "--as-of", ""), "--as-of is empty"),
        (("why", "MS1", "a.json", "--as-of", ""), "--as-of is empty"),
        (("graph", "MS1", "--as-of", ""), "--as-of is empty"),
        (("log", "MS1", "--as-of", ""), "--as-of is empty"),
        (("watch", "--since", ""), "--since is empty"),
        (("watch", "--from", ""), "--from is empty"),
        (("watch", "-d", ""), "a criterion is empty: write name=value"),
        (("watch", "-d", "vetod=true"), "did you mean 'vetoed'?"),
        (("watch", ""), "eventid_filter='': it may be an event's id"),
        (("watch", "MS1["), "eventid_filter='MS1[': it may be an event's id"),
    ],
    ids=str,
)
def test_an_empty_value_is_refused(typed: tuple[str, ...], why: str) -> None:
    done = CliRunner().invoke(app, typed)

    assert (done.exit_code, done.stdout) == (2, "")
    assert why in " ".join(done.stderr.split())
