"""A sky map as an image: the tile under every pixel of a projection."""

import numpy as np
from numpy.typing import NDArray

from llama.handlers.sky.healpix import (
    DEG2_PER_SR,
    FloatArray,
    Positions,
    centres,
)
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.projection import CloseUp, Projection
from llama.handlers.sky.regions import OUTSIDE, TileFinder, credible_levels

BAND_ROWS = 64
"""Rows of an image that are looked up at once: bounds the memory of a picture."""
CLOSE_UP_LIMIT_DEG = 30.0
"""A region that reaches further than this from its centre is best seen on the whole sky."""
SMALLEST_RADIUS_DEG = 1.0


def tiles_under(
    sky_map: MultiOrderMap, projection: Projection, *, width: int, height: int
) -> NDArray[np.int32]:
    """Return, per pixel (rows from the bottom), the position of its tile, OUTSIDE if none."""
    x = _pixel_centres(width) * projection.half_width
    y = _pixel_centres(height) * projection.half_height
    image = np.full((height, width), OUTSIDE, dtype=np.int32)
    finder = TileFinder(sky_map)
    for first in range(0, height, BAND_ROWS):
        band = slice(first, min(first + BAND_ROWS, height))
        points = projection.to_sky(*np.meshgrid(x, y[band]))
        shown = np.isfinite(points.ra_deg) & np.isfinite(points.dec_deg)
        image[band][shown] = finder.tiles_at(Positions(points.ra_deg[shown], points.dec_deg[shown]))
    return image


def density_per_deg2(sky_map: MultiOrderMap) -> FloatArray:
    """Return the probability per square degree of each tile."""
    return sky_map.probdensity / DEG2_PER_SR


def close_up(sky_map: MultiOrderMap) -> CloseUp | None:
    """Return a frame around the 90 % region, None if the region is too wide for one."""
    inside = np.flatnonzero(credible_levels(sky_map) <= 0.9)
    if not len(inside):
        inside = np.array([np.argmax(sky_map.probdensity)])
    vectors = centres(sky_map.uniq[inside]).unit_vectors()
    middle = sky_map.probability[inside] @ vectors
    middle /= max(float(np.linalg.norm(middle)), 1e-12)
    furthest = np.arccos(np.clip(vectors @ middle, -1, 1)).max()
    radius = max(1.2 * float(np.rad2deg(furthest)), SMALLEST_RADIUS_DEG)
    if radius > CLOSE_UP_LIMIT_DEG:
        return None
    ra = float(np.rad2deg(np.arctan2(middle[1], middle[0]))) % 360.0
    return CloseUp(ra, float(np.rad2deg(np.arcsin(middle[2]))), radius)


def _pixel_centres(count: int) -> FloatArray:
    return np.arange(0.5, count, dtype=np.float64) * (2 / count) - 1
