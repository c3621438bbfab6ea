"""`llama up` starts nothing with a source that cannot be read, or a token that others can."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from llama.cli.app import app


def started(home: Path, **environment: str) -> str:
    own = {"LLAMA_HOME": str(home), **environment}
    done = CliRunner().invoke(app, ["up"], env=own)
    assert (done.exit_code, done.stdout) == (2, "")
    return " ".join(done.stderr.split())


def test_a_wrong_source_is_named_and_its_secret_is_not(tmp_path: Path) -> None:
    told = started(tmp_path, LLAMA_SOURCES="kafka://a/x kafka://me:swordfish@b/x")

    assert "LLAMA_SOURCES: source 2 (kafka://): a password in a URL ends in logs" in told
    assert "swordfish" not in told


@pytest.mark.parametrize("mode", [0o644, 0o660])
def test_a_token_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    token = tmp_path / "token"
    token.write_text("swordfish")
    token.chmod(mode)

    told = started(tmp_path, LLAMA_PUSH_TOKEN_FILE=str(token))

    assert "LLAMA_PUSH_TOKEN_FILE: others may read" in told
    assert "swordfish" not in told


@pytest.mark.parametrize(("url", "mode"), [("https://a/swordfish", 0o644), ("a/swordfish", 0o600)])
def test_a_webhook_that_is_none_or_that_others_can_read_is_refused(
    tmp_path: Path, url: str, mode: int
) -> None:
    file = tmp_path / "webhook"
    file.write_text(url)
    file.chmod(mode)

    told = started(tmp_path, LLAMA_WEBHOOK_FILE=str(file))

    assert "LLAMA_WEBHOOK_FILE: " in told
    assert "swordfish" not in told


def test_a_superevent_that_is_none_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    own = {"LLAMA_HOME": str(tmp_path)}

    done = CliRunner().invoke(app, ["ingest", "gracedb://G123"], env=own)

    assert done.exit_code == 2
    assert "write gracedb://S190814bv" in " ".join(done.stderr.split())
