"""The simulation sees wrong rules: with each of the mutants some seed breaks an invariant."""

import subprocess
import sys

import pytest

from tests.simulation.mutants import KILLED, MUTANTS, SURVIVED, UNCHANGED
from tests.simulation.mutating import ROOT, Mutant, Unfit
from tests.simulation.seeds import STORMS


def played(name: str, *, seeds: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.simulation.mutants", name, "--seeds", str(seeds)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_wrong_rule_breaks_an_invariant(mutant: Mutant) -> None:
    done = played(mutant.name, seeds=STORMS)

    assert done.returncode == KILLED, done.stdout + done.stderr
    assert "invariant" in done.stdout


def test_without_a_mutant_the_same_seeds_break_nothing() -> None:
    done = played(UNCHANGED, seeds=300)

    assert done.returncode == SURVIVED, done.stdout + done.stderr


@pytest.mark.parametrize("snippet", ["", "no such words stand there"])
def test_a_mutant_that_does_not_fit_says_so(snippet: str) -> None:
    mutant = Mutant("unfit", "llama.domain.resolve", snippet, "pass")

    with pytest.raises(Unfit, match="write it anew"):
        mutant.source()


def test_every_mutant_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert len({(mutant.module, mutant.old, mutant.new) for mutant in MUTANTS}) == len(MUTANTS)
