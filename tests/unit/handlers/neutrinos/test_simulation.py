"""Made-up tracks: reproducible, consistent, and distributed as their detector says."""

from datetime import timedelta

import numpy as np
import pytest

from llama.handlers.neutrinos.detector import NAMES, Detector, detector_named
from llama.handlers.neutrinos.simulation import simulated, tracks_drawn
from llama.handlers.neutrinos.track import Track
from tests.unit.handlers.neutrinos.scene import AT


@pytest.fixture(scope="module")
def gfu() -> Detector:
    return detector_named("gfu")


def _many(detector: Detector, number: int = 10_000) -> tuple[Track, ...]:
    span = timedelta(seconds=number / detector.rate_hz)
    return tracks_drawn(detector, np.random.default_rng(11), AT, AT + span)


def test_a_span_has_the_tracks_of_its_parts(gfu: Detector) -> None:
    whole = simulated(gfu, "7", AT, AT + timedelta(seconds=9000))
    cut = AT + timedelta(seconds=3217.25)
    parts = simulated(gfu, "7", AT, cut) + simulated(gfu, "7", cut, AT + timedelta(seconds=9000))
    assert parts == whole
    assert len(whole) > 20


def test_seeds_and_times_give_tracks_of_their_own(gfu: Detector) -> None:
    span = timedelta(seconds=5000)
    first, again, other, later = (
        simulated(gfu, seed, start, start + span)
        for seed, start in (("1", AT), ("1", AT), ("2", AT), ("1", AT + 2 * span))
    )
    assert first == again
    assert {track.id for track in first}.isdisjoint(
        {track.id for track in other} | {track.id for track in later}
    )


def test_the_number_of_tracks_is_poisson_with_the_rate(gfu: Detector) -> None:
    counts = [
        len(simulated(gfu, "3", AT + n * timedelta(1), AT + n * timedelta(1) + timedelta(hours=1)))
        for n in range(100)
    ]
    expected = 3600 * gfu.rate_hz
    assert np.mean(counts) == pytest.approx(expected, abs=4 * (expected / 100) ** 0.5)
    assert np.var(counts) == pytest.approx(expected, rel=0.6)


@pytest.mark.parametrize("name", NAMES)
def test_declinations_and_energies_follow_the_density(name: str) -> None:
    detector = detector_named(name)
    number = 1000 if name == "icecat" else 10_000  # of 36 years, or of weeks
    tracks, chance = _many(detector, number), detector.background_mixture
    z = np.sin(np.radians([track.dec_deg for track in tracks]))
    x = np.log10([track.energy_gev for track in tracks])
    fine_x = np.linspace(chance.x.low, chance.x.high, 4001)
    fine_z = np.linspace(-1.0, 1.0, 4001)
    along_x = chance.x.splines(fine_x) @ chance.weights.sum(axis=1)
    assert _distance(z, fine_z, chance.over_z(fine_z)) < 1.95 / len(tracks) ** 0.5
    assert _distance(x, fine_x, along_x) < 1.95 / len(tracks) ** 0.5


def _distance(values: np.ndarray, at: np.ndarray, density: np.ndarray) -> float:
    """Return the largest distance of two cumulative distributions (Kolmogorov, Smirnov)."""
    cumulated = np.cumsum(density) / np.sum(density)
    steps = (np.arange(len(values)) + 0.5) / len(values)
    return float(np.max(np.abs(np.interp(np.sort(values), at, cumulated) - steps)))


def test_right_ascensions_and_times_are_uniform(gfu: Detector) -> None:
    tracks = _many(gfu)
    span = 10_000 / gfu.rate_hz
    late = np.array([(track.time - AT).total_seconds() for track in tracks]) / span
    ra = np.array([track.ra_deg for track in tracks]) / 360.0
    flat = np.linspace(0.0, 1.0, 2001)
    assert _distance(ra, flat, np.ones(2001)) < 1.95 / len(tracks) ** 0.5
    assert _distance(late, flat, np.ones(2001)) < 1.95 / len(tracks) ** 0.5


def test_errors_stay_above_the_floor_and_vary_with_energy(gfu: Detector) -> None:
    tracks = _many(gfu)
    errors = np.array([track.sigma_deg for track in tracks])
    south = np.array([track.dec_deg < -5 for track in tracks])
    assert errors.min() >= gfu.angular_floor_deg
    assert np.median(errors[south]) < np.median(errors[~south])


def test_an_empty_span_has_no_tracks(gfu: Detector) -> None:
    assert simulated(gfu, "1", AT, AT) == ()
    assert tracks_drawn(gfu, np.random.default_rng(1), AT, AT) == ()


def test_all_are_marked_as_made_up_and_have_names_of_their_own(gfu: Detector) -> None:
    tracks = _many(gfu, 2000)
    assert {track.kind for track in tracks} == {"simulated"}
    assert len({track.id for track in tracks}) == len(tracks)
