"""Credible regions: the smallest parts of the sky that hold a given probability.

Tiles are taken in the order of falling probability density until their probability reaches
the level; the last one counts in part (linear interpolation), so that areas do not jump with
the size of tiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llama.handlers.sky.healpix import (
    DEG2_PER_SR,
    FloatArray,
    IntArray,
    Positions,
    centres,
    finest_pixels,
    finest_range,
    tile_area,
)
from llama.handlers.sky.map import MultiOrderMap

WHOLE_SKY_DEG2 = 4 * np.pi * DEG2_PER_SR
OUTSIDE = -1
"""The tile of a point that the map does not cover."""


@dataclass(frozen=True, slots=True)
class Peak:
    """Centre of the tile of highest probability density, in degrees (ICRS)."""

    ra_deg: float
    dec_deg: float
    probdensity: float
    """Per steradian."""


def credible_areas(sky_map: MultiOrderMap, levels: Sequence[float]) -> list[float]:
    """Return the area of each credible region, in square degrees, for levels within 0..1.

    A map whose total probability is below a level has the whole sky as that region.
    """
    falling = _falling(sky_map)
    area = tile_area(sky_map.uniq)[falling]
    probability = sky_map.probdensity[falling]
    del falling
    probability *= area
    np.cumsum(probability, out=probability)
    np.cumsum(area, out=area)
    found = np.interp(levels, probability, area, right=4 * np.pi) * DEG2_PER_SR
    first = np.asarray(levels) < probability[0]
    found[first] *= np.asarray(levels)[first] / probability[0]
    return [float(value) for value in found]


def credible_levels(sky_map: MultiOrderMap) -> FloatArray:
    """Return, per tile, the level of the smallest credible region that contains the tile."""
    falling = _falling(sky_map)
    along = sky_map.probability[falling]
    levels = np.empty_like(along)
    levels[falling] = np.cumsum(along, out=along)
    return levels


def peak(sky_map: MultiOrderMap) -> Peak:
    """Return where the probability density is highest (the first such tile in UNIQ order)."""
    best = int(np.argmax(sky_map.probdensity))
    at = centres(sky_map.uniq[best : best + 1])
    return Peak(float(at.ra_deg[0]), float(at.dec_deg[0]), float(sky_map.probdensity[best]))


class TileFinder:
    """Finds the tile of a map at any point: prepared once, asked often."""

    def __init__(self, sky_map: MultiOrderMap) -> None:
        """Sort the tiles of the map along the NESTED curve."""
        start, _ = finest_range(sky_map.uniq)
        self._uniq = sky_map.uniq
        self._along = np.argsort(start, kind="stable").astype(np.int32)
        start.sort()
        self._start = start

    def tiles_at(self, points: Positions) -> IntArray:
        """Return the position in the map's arrays of the tile at each point, or OUTSIDE."""
        pixel = finest_pixels(points)
        place = np.searchsorted(self._start, pixel, side="right") - 1
        tile = self._along[np.maximum(place, 0)].astype(np.int64)
        start, stop = finest_range(self._uniq[tile])
        return np.where((pixel >= start) & (pixel < stop), tile, OUTSIDE)


def _falling(sky_map: MultiOrderMap) -> IntArray:
    return np.argsort(-sky_map.probdensity, kind="stable").astype(np.int64)
