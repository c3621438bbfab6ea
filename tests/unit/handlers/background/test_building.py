"""Building sets: in any number of processes, from wherever it stopped, always the same set."""

from pathlib import Path

import numpy as np
import pytest

from llama.domain.errors import Misconfigured
from llama.handlers.background import building
from llama.handlers.background.building import built, kept, parts_of
from llama.handlers.background.lookup import set_for
from llama.handlers.background.store import Store, best
from llama.handlers.background.trials import Recipe, fresh_recipe, simulated, windows_drawn
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.neutrinos.detector import detector_named
from tests.support.background_sets import a_quiet_detector, a_recipe, a_set


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "CHUNK", 20)


def test_an_interrupted_build_goes_on_and_gives_the_same_set(tmp_path: Path) -> None:
    recipe = a_recipe("significant")
    whole = built(recipe, 50, tmp_path / "whole")
    next(parts_of(recipe, 50, tmp_path / "begun")).make()
    told: list[int] = []

    again = built(recipe, 50, tmp_path / "begun", told=told.append)

    assert again.content == whole.content
    assert told == [20, 40, 50]


def test_two_processes_give_the_same_set_as_one(tmp_path: Path) -> None:
    recipe = a_recipe()

    one, two = (built(recipe, 40, tmp_path / str(jobs), jobs=jobs) for jobs in (1, 2))

    assert one.content == two.content


def test_a_part_that_is_not_whole_is_made_again(tmp_path: Path) -> None:
    recipe = a_recipe()
    whole = built(recipe, 40, tmp_path)
    first = next(parts_of(recipe, 40, tmp_path))
    first.path.write_bytes(first.path.read_bytes()[:-9])

    assert kept(recipe, 40, tmp_path) == 20
    assert built(recipe, 40, tmp_path).content == whole.content


def test_chunks_and_seeds_give_different_trials() -> None:
    trials = [
        simulated(a_recipe(), 0, 20),
        simulated(a_recipe(), 1, 20),
        simulated(a_recipe(seed=1), 0, 20),
        simulated(a_recipe(trials_per_map=1), 0, 20),
    ]

    assert len({one.odds.tobytes() for one in trials}) == len(trials)


@pytest.mark.parametrize("trials_per_map", [1, 20])
def test_fresh_trials_are_in_no_set_and_have_a_map_each(trials_per_map: int) -> None:
    recipe = a_recipe(trials_per_map=trials_per_map)

    fresh = fresh_recipe(a_set(recipe=recipe), a_quiet_detector())

    assert (fresh.key, fresh.trials_per_map) == (recipe.key, 1)
    assert not set(simulated(fresh, 0, 60).odds) & set(simulated(recipe, 0, 60).odds) - {0.0}


def test_windows_have_as_many_tracks_as_the_detector_gives() -> None:
    recipe = a_recipe()

    windows = windows_drawn(recipe, 20_000, np.random.default_rng(5))

    assert windows.counts.mean() == pytest.approx(0.7, abs=0.025)
    assert (windows.counts == 0).mean() == pytest.approx(np.exp(-0.7), abs=0.015)
    assert np.abs(windows.tracks.dt_s).max() <= 500
    assert np.abs(windows.tracks.vectors[:, :2].mean(axis=0)).max() < 0.02


def test_windows_without_tracks_count_as_trials_of_odds_zero() -> None:
    found = simulated(a_recipe(), 0, 60)

    assert len(found.odds) == 60
    assert np.all(found.odds[found.counts == 0] == 0)
    assert 0 < (found.counts == 0).sum() < 60


def test_what_cannot_be_simulated_is_refused_with_what_can(tmp_path: Path) -> None:
    recipe = Recipe("ensemble", "CBC", ("V1", "L1"), detector_named("gfu"), SearchSettings())

    with pytest.raises(Misconfigured, match="L1V1: only for H1L1"):
        built(recipe, 10, tmp_path)


def test_a_store_keeps_sets_and_says_which_files_are_none(tmp_path: Path) -> None:
    store = Store(tmp_path / "sets")
    kept_at = store.add(a_set())
    (store.folder / "notes.npz").write_bytes(b"none")

    found = store.found()

    assert [one.digest for one in found.sets.values()] == [a_set().digest]
    assert list(found.sets) == [kept_at.name]
    assert "cannot be read" in found.refused["notes.npz"]


def test_the_set_with_most_trials_is_the_best() -> None:
    few, many, other = a_set([1.0]), a_set([1.0, 2.0]), a_set(recipe=a_recipe(group="Burst"))

    assert best([few, other, many], few.key) is many
    assert best([few, many], other.key) is None


def test_a_missing_set_is_told_with_the_command_that_makes_it() -> None:
    found, reason = set_for(a_recipe(group="Burst", kind="mock").key.to_json(), [a_set()])

    assert found is None
    assert "--search ensemble --group Burst --instruments H1L1 --population mock" in reason


@pytest.mark.parametrize(
    "odd", [{"group": None}, {"instruments": []}, {"search": "all"}, {"population": "x"}]
)
def test_events_that_no_set_can_be_made_for_are_told_why(odd: dict[str, object]) -> None:
    found, reason = set_for({**a_set().key.to_json(), **odd}, [a_set()])

    assert found is None
    assert next(iter(odd)) in reason
