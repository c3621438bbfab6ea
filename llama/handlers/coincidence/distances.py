"""Section 5 of docs/science.md: yields averaged over how far the source may be.

Every tile's posterior of the distance is a sum over 32 nodes. Of it four numbers are kept for
each tile: nothing is integrated while tracks are evaluated. Tiles without a usable distance have
the distances of what the search can see at all.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.coincidence.yields import one_track, two_tracks
from llama.handlers.sky.healpix import FloatArray, IntArray
from llama.handlers.sky.map import DistanceLayers, MultiOrderMap

NODES = 32
OUTER_NODES = 8
"""Of these, beyond the horizon of the sources of least energy."""
BELOW, ABOVE = 6.0, 8.0
"""How far nodes reach around the most probable distance, in widths of it."""
FARTHEST_MPC = 1e6
LEAST_WIDTH_MPC = 1e-6
MOST_NEGATIVE = -1e3
"""Of mu/sigma: below these bounds a layer is noise, not a distance."""
TILES_AT_ONCE = 1 << 13
NO_LAYERS = DistanceLayers(np.zeros(0), np.zeros(0), np.zeros(0))

Nodes = tuple[FloatArray, FloatArray]
"""1/r^2 in Mpc^-2 and weights of sum 1, both (tiles, 32)."""


class DistanceAverages:
    """Averages of yields over the distances of a map's tiles.

    Within a tile the acceptance hardly varies: ln I_1 is kept as a cubic in its logarithm.
    """

    def __init__(
        self,
        sky: MultiOrderMap,
        acceptance: FloatArray,
        settings: SearchSettings,
        snr: float | None,
    ) -> None:
        """Look at a map and the acceptance of its tiles; the rest is made when it is needed."""
        self._settings = settings
        self._layers = sky.distance or NO_LAYERS
        self._usable = usable(sky.distance, len(sky.uniq))
        self._seen = seen_nodes(settings, snr)
        self._acceptance = acceptance
        self._known = np.zeros(len(sky.uniq), dtype=np.bool_)
        self._cubic = np.empty((len(sky.uniq), 4))

    def one_track(self, tile: IntArray, acceptance: FloatArray) -> FloatArray:
        """Return <I_1> at points: their tiles' numbers and acceptances, both (n,)."""
        needed = tile[~self._known[tile]]
        if len(needed):
            self._expand(np.unique(needed))
        base, slope, curvature, bend = self._cubic.take(tile, axis=0).T
        step = np.log(acceptance / self._acceptance.take(tile))
        return np.exp(base + step * (slope + step * (curvature + step * bend)))

    def two_tracks(self, tile: IntArray, acceptance: FloatArray) -> FloatArray:
        """Return <I_2> at points."""
        found = np.empty(len(tile))
        for first in range(0, len(tile), TILES_AT_ONCE):
            at = slice(first, first + TILES_AT_ONCE)
            inverse_square, weight = self._nodes(tile[at])
            a = inverse_square * self._scaled(acceptance[at])
            yields = two_tracks(a, self._settings.neutrino_energy)
            found[at] = np.einsum("ij,ij->i", weight, yields)
        return found

    def _expand(self, tiles: IntArray) -> None:
        """Find I_1 and its first three derivatives by ln g at the centres of tiles."""
        for first in range(0, len(tiles), TILES_AT_ONCE):
            tile = tiles[first : first + TILES_AT_ONCE]
            inverse_square, weight = self._nodes(tile)
            a = inverse_square * self._scaled(self._acceptance[tile])
            self._cubic[tile] = _cubic(a, weight, self._settings)
        self._known[tiles] = True

    def _scaled(self, acceptance: FloatArray) -> FloatArray:
        return (self._settings.yield_scale_mpc2 * acceptance)[:, np.newaxis]

    def _nodes(self, tile: IntArray) -> Nodes:
        inverse = np.repeat(self._seen[0], len(tile), axis=0)
        weight = np.repeat(self._seen[1], len(tile), axis=0)
        good = self._usable[tile]
        if good.any():
            at = tile[good]
            inverse[good], weight[good] = posterior_nodes(
                self._layers.mu[at], self._layers.sigma[at]
            )
        return inverse, weight


def _cubic(a: FloatArray, weight: FloatArray, settings: SearchSettings) -> FloatArray:
    """Return ln I and its derivatives by ln g, each divided by its factorial, (tiles, 4).

    With D = d/d ln g and x = a E: D(-exp(-x)) = x exp(-x), and D again times (1 - x), and so on.
    """
    low, high = (a * energy for energy in settings.neutrino_energy)
    below, above = low * np.exp(-low), high * np.exp(-high)
    value = _mean(weight, one_track(a, settings.neutrino_energy)) * settings.log_range
    first = _mean(weight, above - below) / value
    second = np.einsum("ij,ij->i", weight, above * (1 - high) - below * (1 - low)) / value
    bends = above * (1 - 3 * high + high * high) - below * (1 - 3 * low + low * low)
    third = np.einsum("ij,ij->i", weight, bends) / value
    bend = (third - 3 * first * second + 2 * first**3) / 6
    return np.stack(
        [np.log(value / settings.log_range), first, (second - first * first) / 2, bend], axis=1
    )


def _mean(weight: FloatArray, value: FloatArray) -> FloatArray:
    return np.maximum(np.einsum("ij,ij->i", weight, value), np.finfo(np.float64).tiny)


def usable(layers: DistanceLayers | None, tiles: int) -> NDArray[np.bool_]:
    """Tell which tiles have a distance posterior that can be normalised."""
    if layers is None:
        return np.zeros(tiles, dtype=np.bool_)
    mu, sigma, norm = layers.mu, layers.sigma, layers.norm
    with np.errstate(invalid="ignore"):
        good = (np.abs(mu) <= FARTHEST_MPC) & (sigma >= LEAST_WIDTH_MPC) & (sigma <= FARTHEST_MPC)
        return good & (mu >= MOST_NEGATIVE * sigma) & (norm > 0) & np.isfinite(norm)


def posterior_nodes(mu: FloatArray, sigma: FloatArray) -> Nodes:
    """Return nodes of r^2 N(r; mu, sigma), r > 0, normalised by themselves."""
    root = np.hypot(mu, math.sqrt(8.0) * sigma)
    top = np.where(mu > 0, mu + root, 8 * sigma**2 / (root - np.minimum(mu, 0.0))) / 2
    width = 1 / np.sqrt(1 / sigma**2 + 2 / top**2)
    r, weight = _stretched(np.maximum(0.0, top - BELOW * width), top + ABOVE * width, NODES)
    near, best = (r - mu[:, np.newaxis]) / sigma[:, np.newaxis], ((top - mu) / sigma)[:, np.newaxis]
    return _normalised(r, weight * r * r * np.exp(-0.5 * (near - best) * (near + best)))


def seen_nodes(settings: SearchSettings, snr: float | None = None) -> Nodes:
    """Return nodes, (1, 32), of the distances at which the search sees sources.

    Uniform in volume up to the horizon, which depends on the unknown energy; with a known SNR,
    uniform in volume between the horizons of least and most energy at this SNR.
    """
    near, far = settings.horizons_mpc(snr)
    if snr is not None:
        r, weight = _stretched(np.array([near]), np.array([far]), NODES)
        return _normalised(r, weight * r * r)
    inner = _stretched(np.zeros(1), np.array([near]), NODES - OUTER_NODES, power=2.5)
    outer = _stretched(np.array([near]), np.array([far]), OUTER_NODES)
    r, weight = (np.concatenate(pair, axis=1) for pair in zip(inner, outer, strict=True))
    return _normalised(r, weight * r * r * np.minimum(math.log(far / near), np.log(far / r)))


def _stretched(low: FloatArray, high: FloatArray, count: int, *, power: float = 2.0) -> Nodes:
    """Return Gauss-Legendre nodes in a root of r, denser where yields change fast, and weights."""
    node, weight = _rule(count)
    first, last = (np.power(end, 1 / power)[:, np.newaxis] for end in (low, high))
    u = first + (last - first) * (node + 1) / 2
    return u**power, weight * power * u ** (power - 1) * (last - first) / 2


@cache
def _rule(count: int) -> Nodes:
    """Return the rule of Gauss and Legendre on -1..1; to find it takes longer than to use it."""
    node, weight = np.polynomial.legendre.leggauss(count)
    node.flags.writeable = weight.flags.writeable = False
    return node, weight


def _normalised(r: FloatArray, weight: FloatArray) -> Nodes:
    return 1 / (r * r), weight / weight.sum(axis=1, keepdims=True)
