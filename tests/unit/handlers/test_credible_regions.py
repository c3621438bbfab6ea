"""Areas, levels and peaks agree with analysis, and with the tool the field uses."""

from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from llama.handlers.sky.healpix import Positions, centres
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.reading import read_map
from llama.handlers.sky.regions import (
    OUTSIDE,
    WHOLE_SKY_DEG2,
    TileFinder,
    credible_areas,
    credible_levels,
    peak,
)
from tests.unit.handlers.builders import a_blob, all_pixels, uniform_sky

LEVELS = (0.5, 0.9)


def reference_areas(map_file: Path) -> list[float]:
    """Return the areas by ligo.skymap: tile by tile, or pixel by pixel if the map is flat."""
    from ligo.skymap.io.fits import read_sky_map
    from ligo.skymap.postprocess.crossmatch import crossmatch
    from ligo.skymap.postprocess.util import find_greedy_credible_levels

    if ".gz" not in map_file.name:
        table = read_sky_map(str(map_file), moc=True)
        assert isinstance(table, Table)
        return list(crossmatch(table["UNIQ", "PROBDENSITY"], contours=LEVELS).contour_areas)
    within = find_greedy_credible_levels(read_sky_map(str(map_file), nest=True)[0])
    return [float(np.mean(within <= level)) * WHOLE_SKY_DEG2 for level in LEVELS]


@pytest.mark.filterwarnings("ignore")
def test_areas_agree_with_the_reference_on_every_public_map(map_file: Path) -> None:
    areas = credible_areas(read_map(map_file.read_bytes()), LEVELS)

    assert areas == pytest.approx(reference_areas(map_file), rel=0.005)


@pytest.mark.parametrize("kappa", [5.0, 40.0, 400.0])
def test_area_of_a_fisher_distribution_is_the_analytic_one(kappa: float) -> None:
    """P(angle <= a) = (1 - exp(-kappa (1 - cos a))) / (1 - exp(-2 kappa))."""
    sky_map = a_blob(7, kappa=kappa)

    expected = [
        -np.log1p(-level * -np.expm1(-2 * kappa)) / kappa / 2 * WHOLE_SKY_DEG2 for level in LEVELS
    ]

    assert credible_areas(sky_map, LEVELS) == pytest.approx(expected, rel=0.005)


def test_area_on_a_uniform_sky_is_the_level() -> None:
    areas = credible_areas(uniform_sky(), (0.0, 0.123, 0.5, 1.0))

    assert areas == pytest.approx([level * WHOLE_SKY_DEG2 for level in (0, 0.123, 0.5, 1)])


def test_area_does_not_depend_on_the_size_of_tiles() -> None:
    coarse = a_blob(4)
    children = (4 * coarse.uniq[:, np.newaxis] + np.arange(4)).reshape(-1)
    fine = MultiOrderMap.of(children, np.repeat(coarse.probdensity, 4))

    assert credible_areas(fine, LEVELS) == pytest.approx(credible_areas(coarse, LEVELS), rel=1e-9)


def test_a_level_that_the_map_does_not_reach_is_the_whole_sky() -> None:
    half = MultiOrderMap.of(all_pixels(0), np.full(12, 0.5 / (4 * np.pi)))

    assert credible_areas(half, (0.9,)) == [WHOLE_SKY_DEG2]


def test_levels_rise_as_density_falls() -> None:
    sky_map = a_blob(4)

    levels = credible_levels(sky_map)

    falling = np.argsort(-sky_map.probdensity, kind="stable")
    assert (np.diff(levels[falling]) > -1e-9).all()
    assert levels.max() == pytest.approx(1.0)


def test_peak_is_where_the_density_is_highest() -> None:
    highest = peak(a_blob(7, at=(0.0, 0.6, 0.8)))

    assert highest.ra_deg == pytest.approx(90.0, abs=0.5)
    assert highest.dec_deg == pytest.approx(np.rad2deg(np.arcsin(0.8)), abs=0.5)


def test_the_last_map_of_s190814bv_peaks_where_it_was_published(shared_data: Path) -> None:
    folder = shared_data / "gw" / "maps" / "S190814bv"
    names = ("bayestar.multiorder.fits,0", "bayestar.multiorder.fits,1")
    found = [read_map((folder / name).read_bytes()) for name in names]
    last = read_map((folder / "LALInference.v1.fits.gz").read_bytes())

    areas = [credible_areas(sky_map, (0.9,))[0] for sky_map in (*found, last)]

    assert areas == pytest.approx([772, 37.6, 23.1], rel=0.005)
    assert (peak(last).ra_deg, peak(last).dec_deg) == pytest.approx((12.83, -25.24), abs=0.01)


def test_every_tile_is_found_at_its_centre() -> None:
    parents = all_pixels(2)
    children = 4 * parents[40] + np.arange(4)
    uniq = np.concatenate([np.delete(parents, 40), children])
    sky_map = MultiOrderMap.of(uniq, np.full(len(uniq), 1 / (4 * np.pi)))

    found = TileFinder(sky_map).tiles_at(centres(sky_map.uniq))

    assert found.tolist() == list(range(len(uniq)))


def test_a_point_off_the_map_has_no_tile() -> None:
    north = MultiOrderMap.of(all_pixels(0)[:4].copy(), np.full(4, 0.2))

    found = TileFinder(north).tiles_at(Positions(np.array([10.0]), np.array([-80.0])))

    assert found.tolist() == [OUTSIDE]
