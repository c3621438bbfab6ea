"""From where a track came: in the detector's own frame, and on the sky.

IceCube's azimuth is counted from the grid's east over north, so that it is 90 degrees minus the
longitude of the site minus the azimuth of astronomers (from north over east). Directions are the
ICRS's, brought to the equator and equinox of date by precession and nutation; aberration (0.006
degrees) and the difference of UT1 and UTC (0.004 degrees of right ascension) are left out, as in
IceCube's own releases. Nothing is fetched from anywhere. docs/science-neutrinos.md has the checks.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import erfa
import numpy as np
from numpy.typing import NDArray

from llama.handlers.neutrinos.splines import FloatArray

SITE_LATITUDE_DEG = -89.9944
SITE_LONGITUDE_DEG = -62.6081
_MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
_MJD_0 = 2400000.5
_TT_MINUS_UTC_DAYS = 69.184 / 86400
"""Since 2017; before, some seconds less, in which no axis of the sky moves by any amount."""


def mjd_of(time: datetime) -> float:
    """Return the modified Julian date of an aware time, in UTC."""
    return (time - _MJD_EPOCH) / timedelta(days=1)


def time_of(mjd: float) -> datetime:
    """Return the time of a modified Julian date in UTC, to the microsecond."""
    return _MJD_EPOCH + timedelta(days=mjd)


def to_sky(
    times: Sequence[datetime], zenith_deg: FloatArray, azimuth_deg: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return right ascension (0..360) and declination, both in degrees and ICRS."""
    zenith, bearing = np.radians(zenith_deg), np.radians(_turned(azimuth_deg))
    local = np.stack(
        [np.sin(zenith) * np.sin(bearing), np.sin(zenith) * np.cos(bearing), np.cos(zenith)], -1
    )
    return _angles(np.einsum("nji,nj->ni", _rotations(times), local))


def to_detector(
    times: Sequence[datetime], ra_deg: FloatArray, dec_deg: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return zenith and azimuth (0..360), both in degrees, of directions in the ICRS."""
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    sky = np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], -1)
    east_north_up = np.einsum("nij,nj->ni", _rotations(times), sky)
    bearing, altitude = _angles(east_north_up[:, [1, 0, 2]])
    return 90.0 - altitude, _turned(bearing)


def declination_of_date(
    times: Sequence[datetime], ra_deg: FloatArray, dec_deg: FloatArray
) -> FloatArray:
    """Return declinations in degrees, counted from the equator of date."""
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    sky = np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], -1)
    return _angles(np.einsum("nij,nj->ni", _of_date(_mjds(times)), sky))[1]


def _rotations(times: Sequence[datetime]) -> NDArray[np.float64]:
    """Return the rotations (n, 3, 3) from the ICRS to east, north and up at the site."""
    mjd = _mjds(times)
    sidereal = erfa.gst06a(_MJD_0, mjd, _MJD_0, mjd + _TT_MINUS_UTC_DAYS)
    angle = np.asarray(sidereal) + math.radians(SITE_LONGITUDE_DEG)
    latitude = math.radians(SITE_LATITUDE_DEG)
    sine, cosine, none = np.sin(angle), np.cos(angle), np.zeros_like(angle)
    up_part, flat_part = math.sin(latitude), math.cos(latitude)
    east = np.stack([-sine, cosine, none], -1)
    north = np.stack([-up_part * cosine, -up_part * sine, none + flat_part], -1)
    up = np.stack([flat_part * cosine, flat_part * sine, none + up_part], -1)
    found: FloatArray = np.stack([east, north, up], -2) @ _of_date(mjd)
    return found


def _of_date(mjd: FloatArray) -> FloatArray:
    return np.asarray(erfa.pnm06a(_MJD_0, mjd + _TT_MINUS_UTC_DAYS), dtype=np.float64)


def _mjds(times: Sequence[datetime]) -> FloatArray:
    return np.array([mjd_of(time) for time in times], dtype=np.float64)


def _turned(azimuth_deg: FloatArray) -> FloatArray:
    """Turn IceCube's azimuth into the astronomers', or back: it is one operation."""
    return np.mod(90.0 - SITE_LONGITUDE_DEG - azimuth_deg, 360.0)


def _angles(vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return longitude (0..360) and latitude of vectors (n, 3), in degrees."""
    longitude = np.degrees(np.arctan2(vectors[:, 1], vectors[:, 0]))
    flat = np.hypot(vectors[:, 0], vectors[:, 1])
    return np.mod(longitude, 360.0), np.degrees(np.arctan2(vectors[:, 2], flat))
