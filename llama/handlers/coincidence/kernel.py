"""Section 6 of docs/science.md: how well the places and energies of tracks fit a map."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from llama.domain.handler import PermanentError
from llama.handlers.coincidence.densities import Densities
from llama.handlers.coincidence.directions import gauss_points
from llama.handlers.coincidence.distances import DistanceAverages
from llama.handlers.coincidence.ensemble import Ensemble
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.coincidence.sphere import REACH, concentration, normalisation
from llama.handlers.coincidence.tiles import Cells, Tiles, cells_near, without_coarse_tiles
from llama.handlers.coincidence.timing import triple
from llama.handlers.sky.healpix import FloatArray, IntArray
from llama.handlers.sky.map import MultiOrderMap

PRODUCTS_AT_ONCE = 4_000_000
"""Of tiles and tracks: what one comparison of directions may hold (32 MB)."""
MOST_PAIRS = 20_000
HEIGHTS = 1025
"""Sines of declination at which the acceptance is looked up once."""
LEAST_ACCEPTANCE = 1e-9
FINE = 1 / 64
"""Of sigma^2: the area of cells whose centre tells enough."""
WIDE_SR = np.pi / 3 / 4**5.5
"""Of cells: the acceptance of larger ones, from order 5 on, is looked up at four points."""
LEAST_YIELD = 1e-250
"""Smaller ones are no number of tracks, and cannot be divided by."""
Pair = tuple[int, int]
Weigh = Callable[[IntArray, FloatArray], FloatArray]
Yields = Callable[[IntArray, FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Kernels:
    """What places and energies say: K_i of each track and K_ij of pairs."""

    singles: FloatArray
    doublets: dict[Pair, float]
    """Of the pairs that one source could have made, by their places in the ensemble."""


class SkyKernel:
    """Evaluates tracks on one map; all that depends on the map alone is made once."""

    def __init__(
        self,
        sky: MultiOrderMap,
        detector: Densities,
        settings: SearchSettings,
        snr: float | None = None,
    ) -> None:
        """Prepare a map for a detector."""
        self._settings = settings
        sky = without_coarse_tiles(sky)
        self._tiles = Tiles(sky)
        self._heights = np.linspace(-1.0, 1.0, HEIGHTS)
        self._acceptance = np.maximum(
            detector.acceptance(np.rad2deg(np.arcsin(self._heights))), LEAST_ACCEPTANCE
        )
        accepted = np.ones(len(sky.uniq))
        accepted[self._tiles.number] = self._accepted(self._tiles.directions)
        self._distances = DistanceAverages(sky, accepted, settings, snr)

    def of(self, tracks: Ensemble, *, with_pairs: bool = True) -> Kernels:
        """Return the kernels of tracks; PermanentError if too many of them could be pairs."""
        pairs = self.pairs(tracks) if with_pairs else []
        step = max(1, PRODUCTS_AT_ONCE // max(1, len(self._tiles.uniq)))
        singles = [np.zeros(0)]
        doublets: dict[Pair, float] = {}
        for first in range(0, len(tracks), step):
            part = tracks.part(first, first + step)
            cells = cells_near(self._tiles, part.vectors, part.sigma_rad)
            singles.append(self._singles(part, cells))
            here = [pair for pair in pairs if first <= _finer(pair, tracks) < first + step]
            doublets |= {pair: self._doublet(pair, tracks, cells, first) for pair in here}
        return Kernels(np.concatenate(singles), doublets)

    def pairs(self, tracks: Ensemble) -> list[Pair]:
        """Return the pairs whose times and places allow one source."""
        found: list[Pair] = []
        half = self._settings.half_window_s
        for i in range(len(tracks)):
            later = tracks.part(i + 1, len(tracks))
            reach = np.minimum(REACH * (tracks.sigma_rad[i] + later.sigma_rad), np.pi)
            close = later.vectors @ tracks.vectors[i] >= np.cos(reach)
            nearby = [i + 1 + int(step) for step in np.flatnonzero(close)]
            found += [
                (i, j)
                for j in nearby
                if triple(float(tracks.dt_s[i]), float(tracks.dt_s[j]), half) > 0
            ]
            if len(found) > MOST_PAIRS:
                message = f"{len(found)} pairs of tracks at one place and time"
                raise PermanentError(f"{message}: more than {MOST_PAIRS}; look at their source")
        return found

    def _singles(self, tracks: Ensemble, cells: Cells) -> FloatArray:
        kappa = concentration(tracks.sigma_rad)
        q = (kappa[:, np.newaxis] * tracks.vectors)[cells.track]
        seen, weigh = self._seen(self._distances.one_track, cells)
        shape = cell_means(cells, q, kappa[cells.track], FINE / kappa[cells.track], weigh)
        value = self._tiles.density[cells.tile] * cells.area * seen * shape
        total = np.bincount(cells.track, value, minlength=len(tracks))
        return tracks.ratio * normalisation(kappa) * total

    def _doublet(self, pair: Pair, tracks: Ensemble, cells: Cells, first: int) -> float:
        near = cells.part(cells.track == _finer(pair, tracks) - first)
        both = list(pair)
        kappa = concentration(tracks.sigma_rad[both])
        q = np.broadcast_to(kappa @ tracks.vectors[both], near.vector.shape)
        seen, weigh = self._seen(self._distances.two_tracks, near)
        shape = cell_means(near, q, np.full(len(near), kappa.sum()), FINE / kappa.sum(), weigh)
        total = np.sum(self._tiles.density[near.tile] * near.area * seen * shape)
        return float(total * np.prod(tracks.ratio[both] * normalisation(kappa)))

    def _seen(self, yields: Yields, cells: Cells) -> tuple[FloatArray, Weigh]:
        """Return yields at the centres of cells, and what those at points within are to these."""
        tile = self._tiles.number[cells.tile]
        seen = yields(tile, self._accepted(cells.vector))

        def weigh(chosen: IntArray, points: FloatArray) -> FloatArray:
            wide = np.flatnonzero(cells.area[chosen] > WIDE_SR)
            found = np.ones(points.shape[:2])
            if len(wide):
                at = chosen[wide]
                accepted = self._accepted(points[wide].reshape(-1, 3))
                there = yields(np.repeat(tile[at], points.shape[1]), accepted)
                middle = np.maximum(seen[at, np.newaxis], LEAST_YIELD)
                found[wide] = there.reshape(len(at), -1) / middle
            return found

        return seen, weigh

    def _accepted(self, vector: FloatArray) -> FloatArray:
        return np.interp(vector[:, 2], self._heights, self._acceptance)


def cell_means(
    cells: Cells,
    q: FloatArray,
    offset: FloatArray,
    fine_sr: FloatArray | float,
    weigh: Weigh | None = None,
) -> FloatArray:
    """Return the means of exp(q.v - offset) over cells, (n,); q is (n, 3).

    Cells of at most `fine_sr` count by their centres, the others by four points each. `weigh` gives
    points (m, 4, 3) of chosen cells (m,) their weights (m, 4).
    """
    value = np.exp(np.einsum("ij,ij->i", q, cells.vector) - offset)
    coarse = np.flatnonzero(cells.area > (np.minimum(fine_sr, WIDE_SR) if weigh else fine_sr))
    points = gauss_points(cells.uniq[coarse])
    along = np.einsum("ijk,ik->ij", points, q[coarse])
    each = np.exp(along - offset[coarse, np.newaxis])
    value[coarse] = (each * weigh(coarse, points) if weigh else each).mean(axis=1)
    return value


def _finer(pair: Pair, tracks: Ensemble) -> int:
    """Return which track of a pair is better known: the pair is summed over its cells."""
    return min(pair, key=lambda place: (float(tracks.sigma_rad[place]), place))
