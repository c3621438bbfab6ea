"""HEALPix indices: the UNIQ numbering of tiles of any order, and positions on the sky.

UNIQ = 4 * 4**order + ipix, with ipix the NESTED index (IVOA MOC 2.0, section 4.1; Gorski et
al. 2005). A tile of order k covers 4**(29 - k) pixels of the finest order, 29.
"""

from dataclasses import dataclass

import astropy_healpix as ah
import numpy as np
from astropy import units
from astropy_healpix import core
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

FINEST = 29
"""The finest order: its UNIQ numbers still fit a signed 64-bit integer."""
WHOLE_SKY = 12 << (2 * FINEST)
"""Pixels of the finest order on the whole sky."""
DEG2_PER_SR = (180.0 / np.pi) ** 2

_FIRST_UNIQ: IntArray = np.int64(4) << (2 * np.arange(FINEST + 2, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Positions:
    """Points on the sky: right ascension [0, 360) and declination, in degrees (ICRS)."""

    ra_deg: FloatArray
    dec_deg: FloatArray

    def unit_vectors(self) -> FloatArray:
        """Return Cartesian unit vectors, of shape (points, 3)."""
        ra, dec = np.deg2rad(self.ra_deg), np.deg2rad(self.dec_deg)
        return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)


def uniq_from(order: int, ipix: IntArray) -> IntArray:
    """Return the UNIQ numbers of NESTED pixels of one order."""
    return ipix + (np.int64(4) << np.int64(2 * order))


def order_of(uniq: IntArray) -> NDArray[np.int8]:
    """Return the order of each tile, exactly (a logarithm would round near powers of four)."""
    return np.searchsorted(_FIRST_UNIQ, uniq, side="right").astype(np.int8) - np.int8(1)


def ipix_of(uniq: IntArray) -> IntArray:
    """Return the NESTED index of each tile within its order."""
    return uniq - _FIRST_UNIQ[order_of(uniq)]


def is_uniq(uniq: IntArray) -> NDArray[np.bool_]:
    """Tell which numbers name a tile of order 0 to 29."""
    return (uniq >= _FIRST_UNIQ[0]) & (uniq < _FIRST_UNIQ[-1])


def tile_area(uniq: IntArray) -> FloatArray:
    """Return the solid angle of each tile, in sr: pi / 3 / 4**order."""
    return np.ldexp(np.pi / 3.0, np.int8(-2) * order_of(uniq))


def finest_range(uniq: IntArray) -> tuple[IntArray, IntArray]:
    """Return the first and the one-past-last pixel of order 29 in each tile."""
    order = order_of(uniq)
    shift = np.int8(2) * (np.int8(FINEST) - order)
    start = uniq - _FIRST_UNIQ[order]
    np.left_shift(start, shift, out=start)
    return start, start + (np.int64(1) << shift)


def centres(uniq: IntArray) -> Positions:
    """Return the centre of each tile."""
    lon, lat = ah.healpix_to_lonlat(ipix_of(uniq), np.int64(1) << order_of(uniq), order="nested")
    return Positions(_degrees(lon), _degrees(lat))


def finest_pixels(points: Positions) -> IntArray:
    """Return the NESTED pixel of order 29 that holds each point."""
    found: object = ah.lonlat_to_healpix(
        units.Quantity(points.ra_deg, "deg"),
        units.Quantity(points.dec_deg, "deg"),
        1 << FINEST,
        order="nested",
    )
    return np.asarray(found, dtype=np.int64)


def nested_to_ring(ipix: IntArray, order: int) -> IntArray:
    """Return the RING index of NESTED pixels of one order."""
    found: object = core.nested_to_ring(ipix, 1 << order)
    return np.asarray(found, dtype=np.int64)


def ring_to_nested(ipix: IntArray, order: int) -> IntArray:
    """Return the NESTED index of RING pixels of one order."""
    found: object = core.ring_to_nested(ipix, 1 << order)
    return np.asarray(found, dtype=np.int64)


def _degrees(angle: object) -> FloatArray:
    return np.rad2deg(np.asarray(angle, dtype=np.float64))
