"""Options of `llama rebuild` that say nothing together are refused before anything is touched."""

import pytest
from typer.testing import CliRunner

from llama.cli.app import app


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--history", "--check"), "`llama verify` compares the histories with the log"),
        (("--shard", "1"), "say --history, too"),
        (("--shard", "1", "--check"), "say --history, too"),
    ],
)
def test_options_that_would_be_ignored_are_refused(options: tuple[str, ...], why: str) -> None:
    done = CliRunner().invoke(app, ["rebuild", *options])

    assert done.exit_code == 2
    assert why in " ".join(done.stderr.split())
