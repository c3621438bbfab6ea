"""`llama background`: building, listing and checking sets."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from llama.cli.app import app
from llama.handlers.background.store import Store, package_sets
from llama.handlers.background.trials import Recipe
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.neutrinos.detector import detector_named
from tests.support.background_sets import a_set

SMALL = ("--source", "simulated:ic40", "--jobs", "1", "--json")


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("LLAMA_HOME", str(tmp_path))
    monkeypatch.delenv("LLAMA_BACKGROUNDS", raising=False)
    return tmp_path / "backgrounds"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["background", *words])


def listed() -> dict[str, dict[str, object]]:
    return {one["digest"]: one for one in json.loads(run("ls", "--json").stdout)}


def test_a_set_that_was_built_is_listed_beside_those_of_the_package(folder: Path) -> None:
    done = run("build", "--search", "significant", "--n", "30", *SMALL)

    made = json.loads(done.stdout)
    assert (done.exit_code, made["trials"], made["key"]["detector"]) == (0, 30, "ic40")
    assert listed().keys() == {made["digest"], *(one.digest for one in package_sets().values())}
    assert [path.name for path in folder.iterdir()] == [made["set"]]


def test_another_seed_is_another_set_and_the_same_seed_is_the_same(folder: Path) -> None:
    for seed in ("1", "2", "1"):
        run("build", "--search", "ensemble", "--n", "10", "--seed", seed, *SMALL)

    assert len(list(folder.glob("*.npz"))) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--search", "all"), "--search"),
        (("--search", "ensemble", "--group", "Supernova"), "--group"),
        (("--search", "ensemble", "--instruments", "Hanford"), "write them like H1L1"),
        (("--search", "ensemble", "--instruments", "K1"), "only for H1L1"),
        (("--search", "ensemble", "--population", "all"), "'reported' or 'mock'"),
        (("--search", "ensemble", "--source", "telescope:7"), "names no source"),
    ],
)
def test_options_that_make_no_sense_are_refused(words: tuple[str, ...], told: str) -> None:
    done = run("build", "--n", "10", *words)

    assert done.exit_code != 0
    assert told in done.stderr.replace("\n", " ")


def test_a_set_that_promises_too_much_fails_its_check(folder: Path, tmp_path: Path) -> None:
    ic40 = detector_named("ic40")
    recipe = Recipe("ensemble", "CBC", ("H1", "L1"), ic40, SearchSettings(), map_rounds=0)
    made = Store(folder).add(a_set([0.0] * 3000, recipe=recipe))

    done = run("check", made.name, "--trials", "100", "-o", str(tmp_path), *SMALL)

    event = json.loads(done.stdout)[made.name][0]
    assert (done.exit_code, event["passes"], event["trials"]) == (1, False, 100)
    assert (tmp_path / f"{made.stem}.png").read_bytes().startswith(b"\x89PNG")


def test_files_that_are_no_sets_are_named_and_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.npz").write_bytes(b"none")

    done = run("ls")

    assert done.exit_code == 0
    assert "notes.npz is no background set" in done.stderr.replace("\n", " ")


def test_a_set_that_is_not_there_is_told() -> None:
    done = run("check", "burst")

    assert done.exit_code == 2
    assert "no background set burst" in done.stderr


def test_a_source_of_ones_own_is_found_in_the_current_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "from llama.handlers.neutrinos.source import source_from\n"
        "def ours(): return source_from('simulated:ic40')\n"
    )
    (folder.parent / "source_in_this_folder.py").write_text(text)
    monkeypatch.chdir(folder.parent)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    url = "python:source_in_this_folder:ours"

    done = run("build", "--search", "significant", "--n", "10", "--jobs", "1", "--source", url)

    assert (done.exit_code, len(list(folder.glob("*.npz")))) == (0, 1)
