"""Distances come from the header, else from the layers of the map."""

import numpy as np
import pytest

from llama.handlers.sky.distance import (
    conditional_moments,
    distance_summary,
    moments,
    normalised_layers,
)
from llama.handlers.sky.map import DistanceLayers, MultiOrderMap
from tests.unit.handlers.builders import a_blob, all_pixels, with_distance

MU = np.array([-1000.0, -410.0, -390.0, -30.0, 0.0, 100.0, 1000.0])
SIGMA = np.full(len(MU), 100.0)


@pytest.mark.parametrize("number", range(len(MU)))
def test_moments_are_those_of_the_posterior_along_the_line_of_sight(number: int) -> None:
    r = np.linspace(0, 2000, 400_001)
    density = r**2 * np.exp(-0.5 * ((r - MU[number]) / 100) ** 2)

    mean, square = conditional_moments(MU, SIGMA)

    assert mean[number] == pytest.approx(np.average(r, weights=density), rel=1e-5)
    assert square[number] == pytest.approx(np.average(r**2, weights=density), rel=1e-5)


def test_norm_makes_the_posterior_integrate_to_one() -> None:
    layers = normalised_layers(np.array([150.0]), np.array([40.0]))
    r = np.linspace(0, 1000, 100_001)
    normal = np.exp(-0.5 * ((r - 150) / 40) ** 2) / 40 / np.sqrt(2 * np.pi)

    assert np.sum(layers.norm[0] * normal * r**2) * (r[1] - r[0]) == pytest.approx(1, rel=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_moments_agree_with_the_reference() -> None:
    from ligo.skymap.distance import parameters_to_moments

    mean, std, _ = parameters_to_moments(MU, SIGMA)
    ours = conditional_moments(MU, SIGMA)

    np.testing.assert_allclose(ours[0], mean, rtol=1e-5)
    np.testing.assert_allclose(ours[1], mean**2 + std**2, rtol=1e-5)


def test_the_header_is_believed_first() -> None:
    stated = {"DISTMEAN": 40.0, "DISTSTD": 8.0}
    sky_map = MultiOrderMap.of(all_pixels(0), np.full(12, 0.08), meta=stated)

    found = distance_summary(sky_map)

    assert found is not None
    assert (found.mean_mpc, found.std_mpc) == (40.0, 8.0)


def test_layers_are_used_without_a_header() -> None:
    found = distance_summary(with_distance(a_blob(3), mu=1000.0))

    assert found is not None
    assert found.mean_mpc == pytest.approx(1000, rel=0.002)
    assert found.std_mpc == pytest.approx(20, rel=0.02)


def test_tiles_without_distance_count_for_nothing() -> None:
    mu = np.full(12, np.inf)
    mu[0] = 1000.0
    norm = np.where(np.isinf(mu), 0.0, 1e-6)
    layers = DistanceLayers(mu, np.full(12, 1.0), norm)
    sky_map = MultiOrderMap.of(all_pixels(0), np.full(12, 0.08), distance=layers)

    found = moments(sky_map)

    assert found is not None
    assert found.mean_mpc == pytest.approx(1000, rel=1e-4)


def test_no_layers_and_no_header_is_no_distance() -> None:
    assert distance_summary(a_blob(2)) is None
