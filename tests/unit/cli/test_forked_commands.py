"""What tests run in a fork is what a person runs."""

import os
from pathlib import Path

import pytest

from tests.support.commands import Command

WITHIN_S = 120.0


@pytest.mark.parametrize(
    ("typed", "status"),
    [("--version", 0), ("status absent --json", 1), ("ls --nonsense", 2), ("put S1 a - --wait", 2)],
)
def test_a_fork_says_and_ends_with_what_a_process_of_its_own_does(
    typed: str, status: int, tmp_path: Path
) -> None:
    environment = {**os.environ, "LLAMA_HOME": str(tmp_path)}
    command = Command(typed.split(), environment, given=b"from standard input")

    forked = command.fork(within_s=WITHIN_S)

    own = command.run(within_s=WITHIN_S, folder=None)
    as_module = own.stderr.replace(b"python -m llama.cli", b"llama")
    assert (forked.returncode, forked.stdout) == (own.returncode, own.stdout)
    assert (forked.returncode, forked.stderr.split()) == (status, as_module.split())


def test_a_fork_has_no_environment_but_the_one_given() -> None:
    command = Command(["status"], {**os.environ, "LLAMA_NONSENSE": "1"})

    done = command.fork(within_s=WITHIN_S)

    assert (done.returncode, b"LLAMA_NONSENSE is not a setting" in done.stderr) == (1, True)
    assert "LLAMA_NONSENSE" not in os.environ


def test_what_leaves_processes_behind_or_has_other_modules_is_not_forked() -> None:
    environment = dict(os.environ)

    assert Command(["status"], environment).can_be_forked
    assert not Command(["up", "--detach"], environment).can_be_forked
    assert not Command(["status"], {**environment, "PYTHONPATH": "elsewhere"}).can_be_forked
