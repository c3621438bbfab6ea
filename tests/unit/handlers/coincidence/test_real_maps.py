"""The model on the maps of the field."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llama.handlers.coincidence.evaluator import evaluate
from llama.handlers.coincidence.sensitivity import sensitivity_range
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.neutrinos.detector import detector_named
from llama.handlers.sky.healpix import Positions
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.reading import read_map
from llama.handlers.sky.regions import TileFinder, credible_areas, peak
from tests.support.joint_search import PowerLaws, a_fisher_map, a_track, a_wave
from tests.unit.handlers.builders import uniform_sky

AS_THEY_ARRIVED = (
    "bayestar.multiorder.fits,0",
    "bayestar.multiorder.fits,1",
    "LALInference.v1.fits.gz",
)


@pytest.fixture(scope="module")
def maps(shared_data: Path) -> list[MultiOrderMap]:
    folder = shared_data / "gw" / "maps" / "S190814bv"
    return [read_map((folder / name).read_bytes()) for name in AS_THEY_ARRIVED]


def odds_at(maps: list[MultiOrderMap], ra_deg: float, dec_deg: float) -> list[float]:
    track = a_track(ra_deg, dec_deg, sigma_deg=0.4)
    gfu = detector_named("gfu")
    return [
        evaluate(a_wave(sky), [track], gfu, SearchSettings(), significant=True).odds_ratio
        for sky in maps
    ]


def test_the_maps_of_s190814bv_shrink_as_they_did(maps: list[MultiOrderMap]) -> None:
    areas = [credible_areas(sky, (0.9,))[0] for sky in maps]

    assert areas == pytest.approx([772, 37.6, 23.1], rel=0.005)


def test_the_odds_rise_with_each_map_for_a_track_where_the_last_one_peaks(
    maps: list[MultiOrderMap],
) -> None:
    place = Positions(np.array([12.83]), np.array([-25.24]))
    densities = [
        4 * np.pi * sky.probdensity[TileFinder(sky).tiles_at(place)[0]] / sky.probability.sum()
        for sky in maps
    ]

    first, second, last = odds_at(maps, 12.83, -25.24)

    assert densities == pytest.approx([234, 4147, 6558], rel=0.01)
    assert first < second < last


def test_places_alone_end_lower_than_in_between_where_the_first_map_peaked(
    maps: list[MultiOrderMap],
) -> None:
    place = peak(maps[0])

    bare = [replace(sky, distance=None) for sky in maps]
    first, between, last = odds_at(bare, place.ra_deg, place.dec_deg)

    assert first < last < between


def test_the_last_map_has_the_source_nearer_where_the_first_map_peaked(
    maps: list[MultiOrderMap],
) -> None:
    """So with distances the odds there stay as they were, within the 9 % that distances add."""
    place = peak(maps[0])

    _, between, last = odds_at(maps, place.ra_deg, place.dec_deg)

    assert last == pytest.approx(between, rel=0.09)


def test_the_sensitivity_is_the_flux_that_gives_a_track_in_nine_of_ten_cases() -> None:
    """1e51 erg at 100 Mpc over ln(1e7) of energy gives 1.1 tracks; ln 10 are needed."""
    found = sensitivity_range(uniform_sky(3), PowerLaws(), SearchSettings())

    fluence = 1e51 * 624.150907 / (4 * np.pi * (3.0856775814913673e26) ** 2)
    expected = fluence / np.log(1e7) / 1.1 * np.log(10)
    assert found.flux_gev_cm2 == pytest.approx((expected, expected), rel=1e-9)


def test_the_energies_hold_nine_tenths_of_the_tracks() -> None:
    """A power law of index 1.6 from 10 to 1e8 GeV has its quantiles in closed form."""
    found = sensitivity_range(uniform_sky(3), PowerLaws(), SearchSettings())

    top, bottom = 10**-0.6, 1e8**-0.6
    expected = [(top - q * (top - bottom)) ** (-1 / 0.6) for q in (0.05, 0.95)]
    assert found.energy_gev == pytest.approx(expected, rel=0.01)


def test_a_map_in_the_south_has_a_worse_sensitivity_than_one_at_the_equator() -> None:
    gfu = detector_named("gfu")

    south, equator = (
        sensitivity_range(a_fisher_map(dec_deg=dec), gfu, SearchSettings()) for dec in (-60.0, 0.0)
    )

    assert south.flux_gev_cm2[0] > 2 * equator.flux_gev_cm2[0]
    assert south.energy_gev[1] > equator.energy_gev[0]
