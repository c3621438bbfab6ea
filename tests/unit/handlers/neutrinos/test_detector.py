"""Densities of every detector: normalised, positive, smooth, and what they say of known cases."""

import math
from typing import cast

import numpy as np
import orjson
import pytest

from llama.handlers.neutrinos.detector import NAMES, Detector, detector_from, detector_named
from llama.handlers.neutrinos.splines import FloatArray

EVERYWHERE = np.linspace(-90.0, 90.0, 37)


@pytest.fixture(params=NAMES, scope="module")
def detector(request: pytest.FixtureRequest) -> Detector:
    return detector_named(str(request.param))


def _energies(detector: Detector, number: int) -> FloatArray:
    low, high = np.log10(detector.energy_range_gev)
    return 10.0 ** np.linspace(low, high, number, dtype=np.float64)


def _over_energy(density: FloatArray, energies: FloatArray) -> FloatArray:
    """Integrate over the first axis, in the logarithm of energy."""
    found = np.trapezoid(density * energies[:, np.newaxis], np.log(energies), axis=0)
    return np.asarray(found, dtype=np.float64)


def test_the_signal_is_normalised_at_every_declination(detector: Detector) -> None:
    energies = _energies(detector, 1201)
    density = detector.signal(energies[:, np.newaxis], EVERYWHERE)
    assert _over_energy(density, energies) == pytest.approx(np.ones(37), abs=2e-5)


def test_the_background_is_normalised_over_sky_and_energy(detector: Detector) -> None:
    energies, z = _energies(detector, 301), np.linspace(-1.0, 1.0, 201)
    density = detector.background(energies[:, np.newaxis], np.degrees(np.arcsin(z)))
    per_sr = _over_energy(density, energies)
    assert 2.0 * math.pi * np.trapezoid(per_sr, z) == pytest.approx(1.0, abs=1e-4)


def test_the_acceptance_is_one_on_average_over_the_sky(detector: Detector) -> None:
    z = np.linspace(-1.0, 1.0, 4001)
    mean = np.trapezoid(detector.acceptance(np.degrees(np.arcsin(z))), z) / 2.0
    assert mean == pytest.approx(1.0, abs=1e-5)


def test_every_density_is_positive_and_finite(detector: Detector) -> None:
    energies = np.geomspace(1.0, 1e10, 201)[:, np.newaxis]
    for found in (detector.signal(energies, EVERYWHERE), detector.background(energies, EVERYWHERE)):
        assert np.all(np.isfinite(found))
        assert np.all(found > 0)
    assert np.all(detector.acceptance(EVERYWHERE) > 0)


def test_the_ratio_of_signal_to_background_is_bounded(detector: Detector) -> None:
    energies = np.geomspace(10.0, 1e8, 201)[:, np.newaxis]
    background = detector.background(energies, EVERYWHERE)
    assert np.max(detector.signal(energies, EVERYWHERE) / (4 * math.pi * background)) < 1e6


def test_densities_have_no_steps(detector: Detector) -> None:
    energies = _energies(detector, 6001)
    logs = np.log(detector.signal(energies, 10.0) / detector.background(energies, 10.0))
    slope = np.diff(logs)
    assert np.max(np.abs(np.diff(slope))) < 0.02 * np.max(np.abs(slope))


def test_arguments_are_broadcast_and_scalars_stay_scalars(detector: Detector) -> None:
    assert detector.signal(1e4, 10.0).shape == ()
    assert detector.background([[1e3], [1e4]], [0.0, 10.0, 20.0]).shape == (2, 3)
    assert detector.acceptance([0.0, 1.0]).shape == (2,)


def test_energies_beyond_the_range_count_as_its_end(detector: Detector) -> None:
    low, high = detector.energy_range_gev
    assert detector.signal(low / 9, 5.0) == pytest.approx(detector.signal(low, 5.0))
    assert detector.background(high * 9, 5.0) == pytest.approx(detector.background(high, 5.0))


def test_a_track_of_the_online_sample_in_the_south_is_no_wonder() -> None:
    gfu = detector_named("gfu")
    ratio = gfu.signal(61_000.0, -35.8) / (4 * math.pi * gfu.background(61_000.0, -35.8))
    assert 0.01 < ratio < 100.0


@pytest.mark.parametrize(
    ("name", "rate_hz"), [("ic40", 1.135e-3), ("gfu", 6.4e-3), ("icecat", 0.9e-6)]
)
def test_rates_are_those_of_the_field(name: str, rate_hz: float) -> None:
    assert detector_named(name).rate_hz == pytest.approx(rate_hz, rel=0.02)


def test_higher_energies_speak_for_a_source(detector: Detector) -> None:
    ratio = detector.signal([1e3, 1e5, 1e6], 30.0) / detector.background([1e3, 1e5, 1e6], 30.0)
    assert ratio[2] > ratio[1] > ratio[0]


def test_the_sky_is_seen_best_at_the_horizon(detector: Detector) -> None:
    south, horizon, north = detector.acceptance([-60.0, 3.0, 60.0])
    assert horizon > north > south


def test_detectors_are_told_apart_by_their_digests() -> None:
    assert len({detector_named(name).digest for name in NAMES}) == len(NAMES)
    assert detector_named("gfu").digest == detector_named("gfu").digest


def test_an_unknown_detector_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="ic40, gfu, icecat"):
        detector_named("../gfu")


def a_file(**changed: object) -> dict[str, object]:
    """Return what a small detector's file says."""
    # A spline at an end is folded into half of its width: it needs half of the weight.
    grid = {"log10_energy_range": [2.0, 5.0], "weights": [[0.5, 1.0, 1.0, 1.0, 0.5]] * 4}
    errors = {"north_deg": [[0.5, 1.0]], "south_deg": [[0.4, 1.0]], "log10_energy_edges": []}
    figures = {"name": "own", "provenance": "test", "rate_hz": 0.01, "angular_floor_deg": 0.2}
    return {
        **figures,
        "signal": grid,
        "background": grid,
        "angular_errors": errors | {"south_below_dec_deg": -5.0},
        **changed,
    }


@pytest.mark.parametrize("energies", [[5.0, 2.0], [2.0, 2.0], [2.0, 400.0], [-400.0, 2.0]])
def test_a_range_of_energies_that_is_none_is_refused(energies: list[float]) -> None:
    grid = {"log10_energy_range": energies, "weights": [[1.0] * 5] * 4}

    with pytest.raises(ValueError, match="give a rising range"):
        detector_from(cast("object", a_file(signal=grid, background=grid)))


@pytest.mark.parametrize(
    "changed",
    [
        {"log10_energy_edges": [3.0]},
        {"north_deg": [[0.5]], "south_deg": [[0.5]]},
        {"south_deg": [[0.4, 0.6, 1.0]]},
        {"south_deg": [[0.4, 1.0], [0.4, 1.0]]},
    ],
)
def test_angular_errors_that_do_not_fit_together_are_refused(changed: dict[str, object]) -> None:
    usual = a_file()["angular_errors"]
    assert isinstance(usual, dict)

    with pytest.raises(ValueError, match="rows of equal length"):
        detector_from(cast("object", a_file(angular_errors={**usual, **changed})))


def test_a_detector_of_ones_own_is_made_of_its_figures() -> None:
    own = detector_from(orjson.loads(orjson.dumps(a_file())))
    assert own.acceptance([-40.0, 70.0]) == pytest.approx([1.0, 1.0])


def test_the_digest_is_of_figures_not_of_words() -> None:
    plain, told, other = a_file(), a_file(provenance="told better"), a_file(rate_hz=0.02)
    digests = [detector_from(said).digest for said in (plain, told, other)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    "changed",
    [
        {"rate_hz": 0.0},
        {"rate_hz": float("nan")},
        {"name": "../x"},
        {"signal": {"log10_energy_range": [2.0, 5.0], "weights": [[1.0] * 5] * 3}},
        {"signal": {"log10_energy_range": [2.0, 5.0], "weights": [[0.0] * 5] * 4}},
        {"signal": {"log10_energy_range": [2.0, 6.0], "weights": [[1.0] * 5] * 4}},
        {"signal": {"log10_energy_range": [5.0, 2.0], "weights": [[1.0] * 5] * 4}},
        {"signal": {"log10_energy_range": [2.0, 5.0], "weights": [[1.0] * 5] * 3 + [[1.0]]}},
        {"more": 1},
    ],
)
def test_a_file_that_describes_no_detector_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        detector_from(cast("object", a_file(**changed)))
