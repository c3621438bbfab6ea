"""Probabilities of one and two tracks, and how times count."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llama.handlers.coincidence.chance import chance_tracks
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.coincidence.sphere import concentration, normalisation
from llama.handlers.coincidence.timing import triangle, triple
from llama.handlers.coincidence.yields import one_track, two_tracks
from llama.handlers.neutrino_list import WINDOW
from llama.handlers.neutrinos.track import CONTAINMENT_90
from llama.handlers.sky.healpix import FloatArray

SETTINGS = SearchSettings()
ENERGIES = SETTINGS.neutrino_energy


def per_energy(distance_mpc: FloatArray) -> FloatArray:
    return SETTINGS.yield_scale_mpc2 / distance_mpc**2


def test_the_list_of_neutrinos_has_the_window_of_the_search() -> None:
    assert WINDOW.total_seconds() == SETTINGS.half_window_s


def test_one_track_has_the_published_probability_at_three_distances() -> None:
    found = one_track(per_energy(np.array([40.0, 267.0, 2000.0])), ENERGIES)

    assert found == pytest.approx([0.0867285, 0.0118677, 2.27129e-4], rel=1e-5)


@pytest.mark.parametrize("a", [1e-12, 1e-6, 0.03, 0.99, 1.01, 7.0, 400.0, 1e5, 1e7])
def test_yields_are_the_integrals_over_the_energy(a: float) -> None:
    log_energy = np.linspace(math.log(ENERGIES[0]), math.log(ENERGIES[1]), 200_001)
    n = a * np.exp(log_energy)
    length = log_energy[-1] - log_energy[0]
    expected = [np.trapezoid(n**k / k * np.exp(-n), log_energy) / length for k in (1, 2)]

    found = [float(form(np.array([a]), ENERGIES)[0]) for form in (one_track, two_tracks)]

    assert found == pytest.approx(expected, rel=1e-6, abs=1e-300)


@given(a=st.floats(0, 1e300))
def test_yields_are_probabilities_however_near_the_source_is(a: float) -> None:
    one = float(one_track(np.array([a]), ENERGIES)[0])
    two = float(two_tracks(np.array([a]), ENERGIES)[0])

    assert 0 <= one <= 1
    assert 0 <= two <= 1


def test_faint_sources_give_tracks_in_proportion() -> None:
    one = one_track(np.array([1e-9, 2e-9]), ENERGIES)
    two = two_tracks(np.array([1e-9, 2e-9]), ENERGIES)

    assert one[1] / one[0] == pytest.approx(2, rel=1e-9)
    assert two[1] / two[0] == pytest.approx(4, rel=1e-9)


def test_chance_tracks_are_as_many_as_published() -> None:
    assert chance_tracks(SETTINGS) == pytest.approx(7.871e-6, rel=1e-4)


@pytest.mark.parametrize("acceptance", [1e-9, 0.07, 2.3, 1e4, 1e8])
def test_chance_tracks_are_the_integral_over_the_volume(acceptance: float) -> None:
    far = SETTINGS.horizons_mpc()[1]
    r = far * np.linspace(0, 1, 400_001)[1:] ** 2
    yields = one_track(acceptance * per_energy(r), ENERGIES)
    rate = 1000 * SETTINGS.source_rate / SETTINGS.beaming

    expected = rate * np.trapezoid(4 * math.pi * r**2 * yields, r)

    assert chance_tracks(SETTINGS, acceptance) == pytest.approx(expected, rel=1e-4)


def test_the_density_of_dt_integrates_to_one() -> None:
    dt = np.linspace(-700, 700, 14_001)

    density = triangle(dt, 500.0) / 500.0**2

    assert np.trapezoid(density, dt) == pytest.approx(1, rel=1e-6)
    assert (density[np.abs(dt) >= 500] == 0).all()


def test_the_density_of_two_dt_integrates_to_one() -> None:
    steps = np.arange(-500, 501, 20.0)

    total = sum(triple(float(a), float(b), 500.0) for a in steps for b in steps)

    assert total * 20**2 / 500.0**3 == pytest.approx(1, rel=1e-3)


def test_two_tracks_on_either_side_are_less_likely_than_two_on_one_side() -> None:
    assert triple(-200, 200, 500) == 100
    assert triple(200, 210, 500) == 290
    assert triple(-300, 300, 500) == 0


@pytest.mark.parametrize("sigma_deg", [0.2, 3.0, 30.0, 180.0])
def test_the_density_of_a_direction_integrates_to_one(sigma_deg: float) -> None:
    kappa = concentration(np.deg2rad(np.array([sigma_deg])))
    angle = np.linspace(0, math.pi, 400_001)

    density = normalisation(kappa) * np.exp(kappa * (np.cos(angle) - 1))

    assert np.trapezoid(2 * math.pi * np.sin(angle) * density, angle) == pytest.approx(1, rel=1e-6)


def test_the_radius_of_90_percent_holds_90_percent_of_a_direction() -> None:
    sigma = math.radians(0.7)
    kappa = 1 / sigma**2

    inside = -math.expm1(kappa * (math.cos(2.145966 * sigma) - 1)) / -math.expm1(-2 * kappa)

    assert pytest.approx(2.145966, abs=1e-6) == CONTAINMENT_90
    assert inside == pytest.approx(0.9, abs=1e-3)
