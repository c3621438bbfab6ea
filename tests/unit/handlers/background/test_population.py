"""Triggers that are simulated: their laws, as far as the odds feel them."""

import numpy as np
import pytest

from llama.handlers.background.population import (
    LEAST_FAR_HZ,
    MOST_FAR_HZ,
    drawn_place,
    drawn_power_law,
    terrestrial,
)
from llama.handlers.background.trials import Recipe
from llama.handlers.sky.regions import credible_areas
from tests.support.background_sets import a_recipe


def test_low_significance_triggers_are_frequent_and_mostly_noise() -> None:
    rng = np.random.default_rng(1)
    population = a_recipe().population

    triggers = [population.drawn(rng) for _ in range(60)]

    rates = [one.far_hz or 0.0 for one in triggers]
    assert LEAST_FAR_HZ <= min(rates) < max(rates) <= MOST_FAR_HZ
    assert np.median([one.classification["Terrestrial"] for one in triggers]) > 0.9


def test_the_rarer_a_trigger_is_the_more_probably_it_is_real() -> None:
    rng = np.random.default_rng(2)

    medians = [
        np.median([terrestrial(far, rng) for _ in range(300)])
        for far in (LEAST_FAR_HZ, 1e-6, MOST_FAR_HZ)
    ]

    assert medians[0] < medians[1] < medians[2]


def test_a_trigger_of_a_seed_is_always_the_same() -> None:
    population = a_recipe("significant").population

    one, same = (population.drawn(np.random.default_rng(3)) for _ in range(2))

    assert one.sky.pixels_digest() == same.sky.pixels_digest()


def test_maps_are_of_all_sizes_that_two_detectors_give() -> None:
    rng = np.random.default_rng(4)
    population = a_recipe("significant").population

    areas = [credible_areas(population.drawn(rng).sky, (0.9,))[0] for _ in range(40)]

    assert 50 < min(areas) < 600
    assert 900 < max(areas) < 12_000


def test_mock_events_are_nearer_than_what_detectors_report() -> None:
    rng = np.random.default_rng(7)

    medians = [
        np.median([_distance(a_recipe("significant", kind=kind), rng) for _ in range(20)])
        for kind in ("mock", "reported")
    ]

    assert 60 < medians[0] < 260 < medians[1]


def _distance(recipe: Recipe, rng: np.random.Generator) -> float:
    sky = recipe.population.drawn(rng).sky
    assert sky.distance is not None
    return float(np.average(sky.distance.mu, weights=sky.probability))


def test_bursts_have_no_distance_and_no_classification() -> None:
    trigger = a_recipe(group="Burst").population.drawn(np.random.default_rng(5))

    assert trigger.sky.distance is None
    assert trigger.classification == {}


@pytest.mark.parametrize(("power", "median"), [(0.0, 10.0), (1.5, 63.4)])
def test_power_laws_have_their_medians(power: float, median: float) -> None:
    assert drawn_power_law(1.0, 100.0, power, 0.5) == pytest.approx(median, rel=0.01)
    assert drawn_power_law(1.0, 100.0, power, 0.0) == pytest.approx(1.0)


def test_places_are_all_over_the_sky_but_oftener_where_detectors_hear_further() -> None:
    rng = np.random.default_rng(6)

    heights = np.array([drawn_place(rng)[0][2] for _ in range(600)])

    assert abs(heights.mean()) < 0.12
    assert heights.max() > 0.9
    assert heights.min() < -0.9
