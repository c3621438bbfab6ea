"""`llama publish`: what errors advise can be said as it stands there."""

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from llama.cli.app import app
from llama.domain.outlet import Sender, Sent, in_doubt

BEGAN = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_what_to_do_about_a_doubt_are_commands_that_can_be_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing runs they fail for that reason, and not for a word that is missing."""
    monkeypatch.setenv("LLAMA_HOME", str(tmp_path))
    entry = Sent("k1", "news", 1, "0" * 64, b"{}", BEGAN, state="in_doubt")

    orders = re.findall(r"`llama ([^`]*)`", str(in_doubt(Sender("S1", "Herald"), entry)))
    done = [CliRunner().invoke(app, shlex.split(order)) for order in orders]

    assert [order.split()[0] for order in orders] == ["publish", "retry"]
    assert [(one.exit_code, "Missing" in one.stderr) for one in done] == [(1, False)] * 2


@pytest.mark.parametrize("said", [("--sent", "--not-sent"), ()])
def test_what_is_in_doubt_was_either_sent_or_not(said: tuple[str, ...]) -> None:
    order = ("publish", "confirm", "S1", "Herald", "1", *said, "--reason", "I looked")

    done = CliRunner().invoke(app, order)

    assert done.exit_code == 2
    assert "say either --sent or --not-sent" in done.stderr
