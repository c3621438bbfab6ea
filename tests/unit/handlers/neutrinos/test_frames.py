"""From the detector's frame to the sky and back, checked on the events of IC40."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from llama.handlers.neutrinos.frames import (
    declination_of_date,
    mjd_of,
    time_of,
    to_detector,
    to_sky,
)
from llama.handlers.neutrinos.release import Release
from llama.handlers.neutrinos.splines import FloatArray
from tests.unit.handlers.neutrinos.scene import AT


@pytest.fixture(scope="module")
def events(shared_data: Path) -> FloatArray:
    return Release(shared_data / "neutrinos" / "icecube_10yr_ps").events


def _times(events: FloatArray) -> list[datetime]:
    return [time_of(mjd) for mjd in events[:, 0].tolist()]


def test_declination_is_zenith_less_90_degrees_in_j2000(events: FloatArray) -> None:
    assert np.max(np.abs(events[:, 4] - (events[:, 6] - 90.0))) < 0.15


def test_and_much_closer_in_the_equinox_of_date(events: FloatArray) -> None:
    dec = declination_of_date(_times(events), events[:, 3], events[:, 4])
    assert np.max(np.abs(dec - (events[:, 6] - 90.0))) < 0.02


def test_zenith_and_azimuth_follow_from_the_place_on_the_sky(events: FloatArray) -> None:
    zenith, azimuth = to_detector(_times(events), events[:, 3], events[:, 4])
    off = (azimuth - events[:, 5] + 180.0) % 360.0 - 180.0
    assert np.max(np.abs(zenith - events[:, 6])) < 0.01
    assert np.max(np.abs(off * np.cos(np.radians(events[:, 4])))) < 0.02


def test_the_place_on_the_sky_follows_from_zenith_and_azimuth(events: FloatArray) -> None:
    ra, dec = to_sky(_times(events), events[:, 6], events[:, 5])
    off = (ra - events[:, 3] + 180.0) % 360.0 - 180.0
    assert np.max(np.abs(dec - events[:, 4])) < 0.01
    assert np.max(np.abs(off * np.cos(np.radians(events[:, 4])))) < 0.02


def test_there_and_back_is_where_it_was() -> None:
    rng = np.random.default_rng(5)
    ra, dec = 360.0 * rng.random(500), np.degrees(np.arcsin(2.0 * rng.random(500) - 1.0))
    times = [AT + timedelta(days=float(day)) for day in rng.uniform(-6000, 20000, 500)]
    ra_again, dec_again = to_sky(times, *to_detector(times, ra, dec))
    assert dec_again == pytest.approx(dec, abs=1e-9)
    assert np.max(np.abs((ra_again - ra + 180.0) % 360.0 - 180.0)) < 1e-6


def test_azimuth_runs_once_around_in_a_sidereal_day() -> None:
    times = [AT, AT + timedelta(seconds=86164.0905)]
    azimuth = to_detector(times, np.full(2, 10.0), np.full(2, 30.0))[1]
    assert azimuth[1] == pytest.approx(azimuth[0], abs=1e-3)


def test_dates_are_counted_from_noon_of_the_known_day() -> None:
    assert mjd_of(datetime(2000, 1, 1, 12, tzinfo=UTC)) == 51544.5
    assert time_of(60064.78127808439) == datetime(2023, 4, 30, 18, 45, 2, 426491, tzinfo=UTC)
