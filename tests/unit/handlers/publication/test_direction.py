"""The most probable direction, against the maximum that a fine grid finds."""

import numpy as np
import pytest

from llama.handlers.publication.direction import most_probable_direction
from llama.handlers.results.tracks import RankedTrack
from llama.handlers.sky.healpix import uniq_from
from llama.handlers.sky.map import MultiOrderMap
from tests.support.joint_search import a_fisher_map, direction
from tests.unit.handlers.builders import uniform_sky


def a_track(ra: float, dec: float, *, sigma: float = 1.0, odds: float = 1.0) -> RankedTrack:
    return RankedTrack(1, "t", 0.0, None, ra, dec, sigma, None, odds, 0.01, None, None)


def off(place: tuple[float, float], ra: float, dec: float) -> float:
    """Return the angle between a place and another, in degrees."""
    cosine = float(np.clip(direction(*place) @ direction(ra, dec), -1, 1))
    return float(np.rad2deg(np.arccos(cosine)))


@pytest.mark.parametrize("sigma", [0.05, 1.0, 30.0])
@pytest.mark.parametrize(("ra", "dec"), [(12.3, -45.6), (0.0, 90.0), (359.999, 0.0)])
def test_on_a_flat_map_it_is_the_track(ra: float, dec: float, sigma: float) -> None:
    place = most_probable_direction(uniform_sky(2), [a_track(ra, dec, sigma=sigma)])

    assert off(place, ra, dec) < 0.01


def test_map_and_track_pull_by_how_well_they_are_known() -> None:
    sky = a_fisher_map(90.0, 20.0, width_deg=3.0, order=8)

    place = most_probable_direction(sky, [a_track(90.0, 24.0, sigma=3.0)])

    assert off(place, 90.0, 22.0) < 0.2


def test_of_several_tracks_it_is_near_that_of_the_higher_odds() -> None:
    tracks = [a_track(10.0, 0.0, odds=1.0), a_track(40.0, 0.0, odds=3.0)]

    assert off(most_probable_direction(uniform_sky(2), tracks), 40.0, 0.0) < 0.01
    assert off(most_probable_direction(uniform_sky(2), tracks[::-1]), 40.0, 0.0) < 0.01


def test_beyond_the_map_it_is_the_first_track() -> None:
    half = MultiOrderMap.of(uniq_from(0, np.arange(4)), np.full(4, 3 / (4 * np.pi)))

    assert most_probable_direction(half, [a_track(10.0, -80.0)]) == (10.0, -80.0)


def test_a_track_of_no_odds_does_not_count() -> None:
    tracks = [a_track(10.0, 0.0, odds=0.0, sigma=0.1), a_track(40.0, 0.0, odds=1e-9)]

    assert off(most_probable_direction(uniform_sky(2), tracks), 40.0, 0.0) < 0.01
