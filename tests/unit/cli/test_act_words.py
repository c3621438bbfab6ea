"""What is typed wrongly is refused before anything is looked at, with words that help."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from llama.cli.app import app
from llama.cli.flag_words import changes_in
from llama.client.acting.placing import MAX_PUT_BYTES
from llama.domain.flags import PRESETS
from schemas.flags import FlagName

WHY = ("--reason", "a glitch")


ACTS = ("make", "retry", "cancel", "put", "delete", "freeze", "unfreeze", "veto", "unveto", "flags")


@pytest.mark.parametrize("act", ACTS)
def test_every_act_explains_itself_and_takes_a_reason_and_a_request(act: str) -> None:
    told = CliRunner().invoke(app, [act, "-h"])

    assert told.exit_code == 0
    assert all(option in told.output for option in ("--reason", "--request", "--json", "Usage: "))


@pytest.mark.parametrize("act", ["veto", "unveto", "freeze", "unfreeze", "cancel", "delete", "put"])
def test_an_act_needs_a_reason(act: str) -> None:
    path = [__file__] if act == "put" else []

    told = CliRunner().invoke(app, [act, "MS1", "skymap.fits", *path])

    assert told.exit_code == 2
    assert "Missing option '--reason'" in told.output


@pytest.mark.parametrize("words", [("veto", "MS1", "x"), ("flags", "MS1", "UPLOAD=true")])
def test_an_empty_reason_is_none(words: tuple[str, ...]) -> None:
    told = CliRunner().invoke(app, [*words, "--reason", ""])

    assert told.exit_code == 2
    assert "say why, with --reason TEXT" in told.output


@pytest.mark.parametrize("act", [act for act in ACTS if act not in {"make", "flags"}])
def test_an_act_says_that_its_reason_is_required(act: str) -> None:
    told = CliRunner().invoke(app, [act, "-h"]).output

    [line] = [line for line in told.splitlines() if "--reason" in line]
    assert "* " in line.partition("--reason")[0]


@pytest.mark.parametrize("act", ["freeze", "unfreeze", "cancel", "delete", "put"])
def test_an_act_on_files_needs_a_file(act: str) -> None:
    assert CliRunner().invoke(app, [act, "MS1", *WHY]).exit_code == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["COLOUR=red"], "COLOUR names no flag: write NAME=VALUE of ROLE, ONLINE"),
        (["UPLOAD=maybe"], "UPLOAD cannot be 'maybe': it is true or false"),
        (["UPLOD=true"], "UPLOD names no flag (did you mean UPLOAD?): write NAME=VALUE of"),
        (["UPLOAD="], "UPLOAD cannot be '': it is true or false"),
        (["UPLOAD", "ONLINE=true"], "UPLOAD has no value: write UPLOAD=true to change it"),
        (["ROLE", "ONLINE=true"], "ROLE has no value: write ROLE=test to change it"),
        (["COLOUR"], "COLOUR names no flag: write NAME=VALUE of"),
        (["ROLE=true"], "ROLE cannot be 'true': it is observation or test"),
        (["--preset", "NONE"], "NONE is not a preset: use one of DEFAULT"),
    ],
)
def test_flags_that_say_nothing_sensible_are_refused(words: list[str], told: str) -> None:
    said = CliRunner().invoke(app, ["flags", "MS1", *words, *WHY])

    assert said.exit_code == 2
    assert told in " ".join(said.output.split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["MS1/x", *WHY], "event 'MS1/x': String should match pattern"),
        (["MS1", *WHY, "--request", "a b"], "--request a b: up to 60 letters"),
        (["MS1", *WHY, "--request", "r." * 20], "up to 60 letters"),
        (["MS1", "--reason", "x" * 2001], "at most 2000 characters"),
        (["MS1", *WHY, "--by", "x" * 2001], "at most 2000 characters"),
    ],
)
def test_what_the_log_could_not_take_is_refused(words: list[str], told: str) -> None:
    said = CliRunner().invoke(app, ["veto", *words])

    assert said.exit_code == 2
    assert told in " ".join(said.output.split())


def test_a_file_that_cannot_be_read_is_refused() -> None:
    told = CliRunner().invoke(app, ["put", "MS1", "skymap.fits", "absent", *WHY])

    assert told.exit_code == 2
    assert "absent is not a file that can be read" in told.output


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as large:
        large.truncate(MAX_PUT_BYTES + 1)

    told = CliRunner().invoke(app, ["put", "MS1", "skymap.fits", str(path), *WHY])

    assert told.exit_code == 2
    assert "has more than 67,108,864 bytes" in " ".join(told.output.split())


def test_single_flags_count_more_than_the_preset() -> None:
    changes = changes_in(["upload=yes", "ROLE=Test"], "rerun")

    assert changes[FlagName.UPLOAD] is True
    assert changes[FlagName.ROLE] == "test"
    assert changes[FlagName.ONLINE] is False


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_lifts_a_veto(preset: str) -> None:
    assert FlagName.VETOED not in changes_in([], preset)
