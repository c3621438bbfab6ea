"""The fitted tables come from the script and the public data, and nothing else."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import orjson
import pytest

from llama.handlers.neutrinos.detector import Detector, detector_from
from llama.handlers.neutrinos.fitting import Fits, main
from llama.handlers.neutrinos.regression import Counts, Stiffness, fitted
from llama.handlers.neutrinos.splines import Axis, FloatArray, Mixture

FITTED = files("llama.handlers.neutrinos").joinpath("fitted")


@pytest.fixture(scope="module")
def fits(shared_data: Path) -> Fits:
    return Fits(shared_data / "neutrinos")


def _carried(name: str) -> Detector:
    return detector_from(orjson.loads(FITTED.joinpath(f"{name}.json").read_bytes()))


def _same(one: Detector, other: Detector) -> bool:
    """Tell whether weights agree to 0.1 %, beside a billionth of the largest."""
    pairs = (
        (one.signal_mixture.weights, other.signal_mixture.weights),
        (one.background_mixture.weights, other.background_mixture.weights),
    )
    return all(np.allclose(a, b, rtol=1e-3, atol=1e-9 * float(b.max())) for a, b in pairs)


def test_the_script_gives_the_carried_tables_of_the_alerts_again(fits: Fits) -> None:
    again, carried = detector_from(fits.icecat()), _carried("icecat")
    assert _same(again, carried)
    assert (again.rate_hz, again.angular_errors) == (carried.rate_hz, carried.angular_errors)


def test_the_script_gives_the_carried_tables_of_ic40_and_of_gfu_again(fits: Fits) -> None:
    for said in (fits.ic40(), fits.gfu()):
        again, carried = detector_from(said), _carried(str(said["name"]))
        assert _same(again, carried)
        assert (again.rate_hz, again.angular_errors) == (carried.rate_hz, carried.angular_errors)


def test_the_background_describes_ic40s_events(fits: Fits) -> None:
    events, chance = fits.release.events, _carried("ic40").background_mixture
    fine = np.linspace(-1.0, 1.0, 2001)
    energies = np.linspace(chance.x.low, chance.x.high, 2001)
    along_x = chance.x.splines(energies) @ chance.weights.sum(axis=1)
    z = np.sin(np.radians(events[:, 4]))
    assert _distance(z, fine, chance.over_z(fine)) < 0.015
    assert _distance(events[:, 1], energies, along_x) < 0.015


def _distance(values: FloatArray, at: FloatArray, density: FloatArray) -> float:
    cumulated = np.cumsum(density) / np.sum(density)
    steps = (np.arange(len(values)) + 0.5) / len(values)
    return float(np.max(np.abs(np.interp(np.sort(values), at, cumulated) - steps)))


def test_the_acceptance_is_that_of_the_effective_area(fits: Fits) -> None:
    energies, declinations, areas = fits.release.effective_area("IC86_II")
    centres = (energies[1:] + energies[:-1]) / 2.0
    inside = (centres > 2.0) & (centres < 8.0)
    seen = (areas * 10.0 ** -centres[:, np.newaxis])[inside].sum(axis=0)
    z = np.sin(np.radians(declinations))
    middle = np.degrees(np.arcsin((z[1:] + z[:-1]) / 2.0))
    found = _carried("gfu").acceptance(middle)
    assert np.median(np.abs(found / (seen / seen.mean()) - 1.0)) < 0.02


def test_a_known_density_is_found_again() -> None:
    x, z = Axis(2.0, 6.0, 21), Axis(-1.0, 1.0, 11)
    rng = np.random.default_rng(3)
    logs = -2.0 * np.linspace(0, 4, 21)[:, np.newaxis] + np.linspace(0, 1, 11)
    true = Mixture.of(x, z, np.exp(logs))
    drawn = true.drawn(50_000, rng)
    edges = np.linspace(2.0, 6.0, 81), np.linspace(-1.0, 1.0, 41)
    number = np.histogram2d(*drawn, edges)[0]
    middles = [(edge[1:] + edge[:-1]) / 2.0 for edge in edges]
    found = fitted(Counts(middles[0], middles[1], number), x, z, Stiffness(10.0, 10.0))
    at = np.array([2.2, 3.0, 4.0]), np.array([-0.5, 0.0, 0.7])
    assert found.at(*at) == pytest.approx(true.at(*at), rel=0.1)


def test_without_a_folder_the_script_says_how_it_is_used(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 2
    assert "FOLDER OUTPUT" in capsys.readouterr().err
