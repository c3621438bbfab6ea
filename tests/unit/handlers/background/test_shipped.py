"""The small sets of the package: what today's parameters need, and made again the same."""

from itertools import product
from typing import get_args

import numpy as np
import pytest

from llama.handlers.background.key import Kind, Search
from llama.handlers.background.lookup import set_for
from llama.handlers.background.sets import rounded
from llama.handlers.background.shipping import TRIALS, recipes
from llama.handlers.background.store import file_name, package_sets
from llama.handlers.background.trials import Recipe, simulated

LARGEST = 600_000
"""Bytes of all sets together: every installation carries them."""
REMAKE = "make the package's sets again: python -m llama.handlers.background.shipping"


def str_of(recipe: Recipe) -> str:
    return f"{recipe.search}-{recipe.kind}"


@pytest.mark.parametrize("recipe", recipes(), ids=str_of)
def test_the_package_has_a_set_for_todays_parameters(recipe: Recipe) -> None:
    found, reason = set_for(recipe.key.to_json())

    assert found is not None, f"{reason}; {REMAKE}"
    assert found.made == recipe.made, REMAKE
    assert found.trials == TRIALS


def test_the_package_has_no_sets_that_nothing_needs() -> None:
    needed = {recipe.key.digest() for recipe in recipes()}

    assert {one.key.digest() for one in package_sets().values()} == needed
    assert all(name == file_name(one) for name, one in package_sets().items())


def test_the_package_has_both_searches_for_real_and_for_mock_events() -> None:
    there = {(one.key.search, one.key.population) for one in package_sets().values()}

    assert there == set(product(get_args(Search), get_args(Kind)))


def test_the_sets_are_small() -> None:
    assert sum(len(one.content) for one in package_sets().values()) < LARGEST


def test_sets_say_of_what_population_they_are() -> None:
    for one in package_sets().values():
        assert one.made.population.startswith(f"{one.key.population} population: ")
        assert ("mock events" in one.made.population) == (one.key.population == "mock")


def test_the_recipe_gives_the_trials_of_the_set_again() -> None:
    recipe = recipes()[0]
    background, _ = set_for(recipe.key.to_json())

    again = simulated(recipe, 3, 1000)

    assert background is not None
    assert np.mean(np.isin(rounded(again.odds), background.odds)) > 0.99, REMAKE
