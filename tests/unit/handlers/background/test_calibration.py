"""P-values of chance promise what they keep: fresh trials against sets of other seeds."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import numpy as np
import pytest

from llama.handlers.background.building import built
from llama.handlers.background.calibration import (
    Calibration,
    calibration,
    calibrations,
    fresh,
    one_of_each,
    randomised_p,
)
from llama.handlers.background.calibration import uniform_p as ks
from llama.handlers.background.key import Search
from llama.handlers.background.picture import allowance
from llama.handlers.background.sets import BackgroundSet
from llama.handlers.background.trials import fresh_recipe
from tests.support.background_sets import a_quiet_detector, a_recipe, planted_odds

pytestmark = [pytest.mark.timeout(1200)]
BACKGROUND, TRIALS, PLANTED = 20_000, 4_000, 60
"""About half of the windows have no track; at least 2,000 of the fresh ones have."""


@dataclass(frozen=True)
class Simulated:
    background: BackgroundSet
    found: list[Calibration]
    windows: int
    empty: int


@cache
def _simulated(search: Search) -> Simulated:
    """Build a background and judge fresh trials by it: once for all tests, whatever their order."""
    with TemporaryDirectory() as parts:
        background = built(a_recipe(search, seed=11, trials_per_map=5), BACKGROUND, Path(parts))
    recipe = fresh_recipe(background, a_quiet_detector())
    trials = fresh(recipe, TRIALS)
    found = calibrations(background, trials, seed=12)
    return Simulated(background, found, TRIALS, int((trials.counts == 0).sum()))


@pytest.fixture(params=get_args(Search))
def simulated(request: pytest.FixtureRequest) -> Simulated:
    return _simulated(request.param)


def test_p_values_promise_no_more_than_they_keep(simulated: Simulated) -> None:
    assert simulated.background.trials == BACKGROUND
    assert 0.4 < simulated.empty / simulated.windows < 0.6
    for one in simulated.found:
        assert one.trials >= 1900
        assert [(level.x, level.share) for level in one.levels if not level.passes] == []


def test_randomised_p_values_are_uniform(simulated: Simulated) -> None:
    assert [one.ks_p for one in simulated.found if one.ks_p < 0.01] == []


def test_plain_p_values_of_events_are_not_uniform_for_half_of_all_odds_are_zero(
    simulated: Simulated,
) -> None:
    assert simulated.found[0].plain_ks_p < 1e-9


def test_significant_alerts_have_p_values_of_events_and_tracks(simulated: Simulated) -> None:
    names = {"ensemble": ["event"], "significant": ["event", "track"]}

    assert [one.name for one in simulated.found] == names[simulated.background.key.search]


def test_planted_tracks_are_rejected_more_often(simulated: Simulated) -> None:
    recipe = a_recipe(simulated.background.key.search, seed=13)

    odds = planted_odds(recipe, PLANTED)

    p = np.array([simulated.background.p_value(float(one)) for one in odds])
    assert np.mean(p <= 0.1) > 0.6
    assert np.mean(p <= 0.01) > 0.2


def test_p_values_that_promise_too_much_are_found_out() -> None:
    rng = np.random.default_rng(14)
    background = np.sort(rng.exponential(size=20_000))

    honest = calibration("event", rng.exponential(size=2000), background, 20_000, rng)
    bold = calibration("event", 1.15 * rng.exponential(size=2000), background, 20_000, rng)

    assert honest.passes
    assert not bold.passes
    assert not all(level.passes for level in bold.levels)


def test_odds_that_share_a_map_count_as_one() -> None:
    rng = np.random.default_rng(16)
    fresh_odds = [rng.exponential(size=1000) for _ in range(100)]
    shared = [np.sort(np.repeat(rng.exponential(size=500), 12)) for _ in range(100)]

    by_maps = [
        calibration("track", *pair, 500, rng) for pair in zip(fresh_odds, shared, strict=True)
    ]
    by_odds = [
        calibration("track", *pair, 6000, rng) for pair in zip(fresh_odds, shared, strict=True)
    ]

    assert sum(not one.passes for one in by_maps) <= 3
    assert sum(not one.passes for one in by_odds) >= 20


def test_the_rank_of_an_observation_among_equal_odds_is_drawn_with_itself_among_them() -> None:
    rng, same = np.random.default_rng(18), np.random.default_rng(18)
    simulated_odds = np.array([0.0, 0.0, 2.0])

    found = randomised_p(np.array([0.0, 1.0, 2.0]), simulated_odds, rng)

    assert found == pytest.approx((np.array([1, 1, 0]) + same.random(3) * [3, 1, 2]) / 4)


def test_one_track_of_every_window_that_has_any_is_drawn() -> None:
    counts = np.array([0, 2, 3, 0, 1])

    drawn = {tuple(one_of_each(counts, np.random.default_rng(seed))) for seed in range(60)}

    assert drawn == {(first, second, 5) for first in (0, 1) for second in (2, 3, 4)}


def test_the_picture_grants_what_the_levels_are_granted() -> None:
    rng = np.random.default_rng(17)
    few_maps = calibration("track", rng.random(300), np.sort(rng.random(6000)), 500, rng)

    granted = allowance(np.array([level.x for level in few_maps.levels]), [few_maps])

    assert granted == pytest.approx([3 * level.sigma for level in few_maps.levels])


def test_the_test_of_uniformity_has_the_distribution_that_it_claims() -> None:
    rng = np.random.default_rng(15)

    p = np.array([ks(np.sort(rng.random(200)), 200) for _ in range(400)])

    assert np.mean(p < 0.1) == pytest.approx(0.1, abs=0.045)
    assert np.mean(p < 0.5) == pytest.approx(0.5, abs=0.075)
