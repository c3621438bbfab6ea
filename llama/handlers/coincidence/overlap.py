"""Section 11 of docs/science.md: overlap integrals and joint false alarm rates, as RAVEN has them.

The overlap integral of two maps is 4 pi times the integral of p q over the sky: 1 if one of them
says nothing, large if both point to one place (Ashton et al. 2018, ApJ 860, 6).
"""

from dataclasses import dataclass

import numpy as np

from llama.handlers.coincidence.ensemble import Ensemble
from llama.handlers.coincidence.kernel import FINE, cell_means
from llama.handlers.coincidence.sphere import concentration, normalisation
from llama.handlers.coincidence.tiles import Tiles, cells_near
from llama.handlers.sky.healpix import (
    WHOLE_SKY,
    FloatArray,
    IntArray,
    Positions,
    finest_range,
)
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.regions import OUTSIDE, TileFinder, credible_levels

YEAR_S = 365 * 86400.0
GRB_HZ = 310 / YEAR_S
"""Gamma-ray bursts that Fermi, Swift, INTEGRAL and AGILE find together."""
SUB_GRB_HZ = (310 + 65) / YEAR_S
"""With Fermi's subthreshold ones."""
RATES_HZ = {"GRB": GRB_HZ, "MDC": GRB_HZ, "SubGRB": SUB_GRB_HZ}
WINDOWS_S = {"cbc": (-1.0, 5.0), "burst": (-60.0, 600.0)}
"""Of t_external - t_gw, by the group of the wave."""


@dataclass(frozen=True, slots=True)
class JointRate:
    """How often chance gives such a pair."""

    temporal_hz: float
    space_time_hz: float | None
    """None where the maps do not overlap at all."""


def joint_rate(gw_far_hz: float, external_hz: float, window_s: float, overlap: float) -> JointRate:
    """Return window R FAR, and the same over the overlap integral."""
    temporal = window_s * external_hz * gw_far_hz
    return JointRate(temporal, temporal / overlap if overlap > 0 else None)


def overlap_integral(first: MultiOrderMap, second: MultiOrderMap) -> float:
    """Return 4 pi times the integral of p q, both normalised to 1, exactly."""
    starts, stops = zip(*(finest_range(one.uniq) for one in (first, second)), strict=True)
    edges = np.unique(np.concatenate([*starts, *stops]))
    share = np.diff(edges) / WHOLE_SKY
    p, q = (_at(one, edges[:-1]) for one in (first, second))
    return float(np.sum(p * q * share) / np.sum(p * share) / np.sum(q * share))


def overlap_from_product(own: MultiOrderMap, combined: MultiOrderMap) -> float:
    """Return the overlap integral of a map with another, of which only the product is known.

    The product c = p q / integral(p q) is published, not q; as q is normalised, the integral of
    p q is the inverse of that of c/p. 0 if the product points only where the map does not.
    """
    starts, stops = zip(*(finest_range(one.uniq) for one in (own, combined)), strict=True)
    edges = np.unique(np.concatenate([*starts, *stops]))
    share = np.diff(edges) / WHOLE_SKY
    p, c = (_at(one, edges[:-1]) for one in (own, combined))
    p, c = p / np.sum(p * share), c / np.sum(c * share)
    both = (p > 0) & (c > 0)
    inverse = float(np.sum(share[both] * c[both] / p[both]))
    return 1 / inverse if inverse > 0 else 0.0


def track_overlaps(sky: MultiOrderMap, tracks: Ensemble) -> FloatArray:
    """Return the overlap integral of a map with each track's curved Gaussian."""
    found: list[float] = []
    tiles = Tiles(sky)
    for place in range(len(tracks)):
        one = tracks.part(place, place + 1)
        cells = cells_near(tiles, one.vectors, one.sigma_rad)
        kappa = float(concentration(one.sigma_rad)[0])
        q = np.broadcast_to(kappa * one.vectors[0], cells.vector.shape)
        shape = cell_means(cells, q, np.full(len(cells), kappa), FINE / kappa)
        total = float(np.sum(tiles.density[cells.tile] * cells.area * shape))
        found.append(4 * np.pi * total * float(normalisation(np.array(kappa))))
    return np.array(found)


def searched_probabilities(sky: MultiOrderMap, directions: FloatArray) -> list[float | None]:
    """Return the level of the smallest credible region that holds each direction (n, 3).

    None where the map has no tile.
    """
    ra = np.rad2deg(np.arctan2(directions[:, 1], directions[:, 0])) % 360
    dec = np.rad2deg(np.arcsin(np.clip(directions[:, 2], -1, 1)))
    places = TileFinder(sky).tiles_at(Positions(ra, dec)).tolist()
    levels = credible_levels(sky)
    return [None if place == OUTSIDE else min(1.0, float(levels[place])) for place in places]


def _at(sky: MultiOrderMap, pixel: IntArray) -> FloatArray:
    """Return the density at pixels of order 29; 0 where the map has no tile."""
    start, stop = finest_range(sky.uniq)
    along = np.argsort(start, kind="stable")
    place = np.searchsorted(start[along], pixel, side="right") - 1
    tile = along[np.maximum(place, 0)]
    inside = (pixel >= start[tile]) & (pixel < stop[tile])
    return np.where(inside, sky.probdensity[tile], 0.0)
