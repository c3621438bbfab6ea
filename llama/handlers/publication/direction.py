"""Section 2 of docs/science-publication.md: where the source most probably is.

The density of the source's direction, if it made one of the tracks, is the sum over them of
odds_i p(v) F_i(u_i . v) / integral(p F_i): the odds say which track it was, the map and the track's
error circle where it then is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from llama.handlers.coincidence.directions import directions
from llama.handlers.coincidence.sphere import concentration, normalisation, unit_vectors
from llama.handlers.coincidence.tiles import Cells, Tiles, cells_near
from llama.handlers.results.tracks import RankedTrack
from llama.handlers.sky.healpix import FloatArray, IntArray, order_of, tile_area
from llama.handlers.sky.map import MultiOrderMap

KEPT = 64
"""Of the best cells, that are cut further: several peaks may be nearly as high."""
FINE_SR = np.deg2rad(0.005) ** 2
"""Cells of this size are cut no further: notices have two decimals of a degree."""
FINEST = 29


@dataclass(frozen=True, slots=True)
class Candidates:
    """Tracks of which one may be the source's; arrays have one entry for each."""

    at: FloatArray
    """(n, 3)."""
    sigma_rad: FloatArray
    weight: FloatArray
    """Of the density F in the sum: the odds over integral(p F)."""

    @classmethod
    def of(cls, tracks: Sequence[RankedTrack]) -> Self:
        """Take the odds as weights; where they are not known all count the same."""
        ra, dec, sigma, odds = np.array(
            [(one.ra_deg, one.dec_deg, one.sigma_deg, _odds(one)) for one in tracks]
        ).T
        return cls(unit_vectors(ra, dec), np.deg2rad(sigma), odds)

    def weighed(self, cells: Cells, density: FloatArray) -> Self:
        """Divide the weights by the integral over the map, of density (per sr) in each cell."""
        part = cells.area * density * self._fisher(cells.track, cells.vector)
        integral = np.bincount(cells.track, part, minlength=len(self.weight))
        found = integral > 0
        weight = np.divide(self.weight, integral, out=np.zeros(len(found)), where=found)
        return type(self)(self.at, self.sigma_rad, weight)

    def density(self, vectors: FloatArray) -> FloatArray:
        """Return the weighted sum of all F at some directions (n, 3), per sr."""
        total = np.zeros(len(vectors))
        for track in np.flatnonzero(self.weight > 0):
            each = np.full(len(vectors), track)
            total += self.weight[track] * self._fisher(each, vectors)
        return total

    def _fisher(self, track: IntArray, vectors: FloatArray) -> FloatArray:
        kappa = concentration(self.sigma_rad)
        cosine = np.einsum("ij,ij->i", vectors, self.at[track])
        return normalisation(kappa)[track] * np.exp(kappa[track] * (cosine - 1))


def most_probable_direction(
    sky: MultiOrderMap, tracks: Sequence[RankedTrack]
) -> tuple[float, float]:
    """Return right ascension and declination in degrees, to 0.005; tracks: at least one, ranked.

    Where the map has no probability near any of them it is the direction of the first.
    """
    tiles = Tiles(sky)
    known = Candidates.of(tracks)
    cells = cells_near(tiles, known.at, known.sigma_rad)
    weighed = known.weighed(cells, tiles.density[cells.tile])
    if not weighed.weight.any():
        return tracks[0].ra_deg, tracks[0].dec_deg
    uniq, first = np.unique(cells.uniq, return_index=True)
    return _place(_highest(uniq, cells.tile[first], tiles, weighed))


def _highest(uniq: IntArray, tile: IntArray, tiles: Tiles, tracks: Candidates) -> FloatArray:
    """Return the direction (3,) of the highest density: the best cells are cut again and again."""
    while True:
        value = tiles.density[tile] * tracks.density(directions(uniq))
        best = np.lexsort((uniq, -value))[:KEPT]
        uniq, tile = uniq[best], tile[best]
        large = (tile_area(uniq) > FINE_SR) & (order_of(uniq) < FINEST)
        if not large.any():
            return directions(uniq[:1])[0]
        parts = (uniq[large][:, np.newaxis] * 4 + np.arange(4)).ravel()
        uniq = np.concatenate([uniq[~large], parts])
        tile = np.concatenate([tile[~large], np.repeat(tile[large], 4)])


def _odds(track: RankedTrack) -> float:
    return 1.0 if track.odds_ratio is None else max(track.odds_ratio, 0.0)


def _place(vector: FloatArray) -> tuple[float, float]:
    x, y, z = (float(one) for one in vector)
    return float(np.rad2deg(np.arctan2(y, x))) % 360.0, float(np.rad2deg(np.arcsin(z)))
