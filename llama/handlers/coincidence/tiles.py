"""Section 6 of docs/science.md: the parts of a map that matter to tracks, cut small enough."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from llama.handlers.coincidence.directions import directions
from llama.handlers.coincidence.sphere import reaches
from llama.handlers.sky.healpix import FloatArray, IntArray, order_of, tile_area
from llama.handlers.sky.map import DistanceLayers, MultiOrderMap

CORNER = 1.05
"""No corner of a tile is further from its centre than so many roots of its area."""
PART = 1 / 2
"""Of sigma, that cells may be wide."""
SMALLEST_SR = 1e-17
"""Tiles of order 29 are not split: they cannot be."""
COARSEST = 4
"""Order of tiles, 3.7 degrees wide, within which what varies with declination hardly does."""


class Tiles:
    """The tiles of a map that have probability, with their directions."""

    def __init__(self, sky: MultiOrderMap) -> None:
        """Find the directions of all tiles: what of the work depends on the map alone."""
        self.number: IntArray = np.flatnonzero(sky.probdensity > 0).astype(np.int64)
        """Of each tile in the map's arrays."""
        self.uniq = sky.uniq[self.number]
        self.area = tile_area(self.uniq)
        density = sky.probdensity[self.number]
        self.density = density / np.sum(density * self.area)
        """Per sr, of integral 1 whatever the map's sum was."""
        self.directions = directions(self.uniq)
        self._columns = np.ascontiguousarray(self.directions.T)
        ends = np.flatnonzero(np.diff(order_of(self.uniq))) + 1
        self._sizes = [0, *ends.tolist(), len(self.uniq)]

    def near(self, at: FloatArray, sigma_rad: FloatArray) -> tuple[IntArray, IntArray]:
        """Return which tracks (n, 3) may be within 5 sigma of which tiles: (tracks, tiles)."""
        tracks: list[IntArray] = []
        places: list[IntArray] = []
        for alike in self._of_each_size():
            radius = CORNER * float(np.sqrt(self.area[alike.start]))
            bound = reaches(sigma_rad, radius)[:, np.newaxis]
            near = at @ self._columns[:, alike] >= bound
            track, place = np.divmod(np.flatnonzero(near), near.shape[1])
            tracks.append(track)
            places.append(place + alike.start)
        return np.concatenate(tracks), np.concatenate(places)

    def _of_each_size(self) -> Iterator[slice]:
        """Go through the tiles of each order: they are in the order of UNIQ."""
        yield from map(slice, self._sizes[:-1], self._sizes[1:])


def without_coarse_tiles(sky: MultiOrderMap) -> MultiOrderMap:
    """Return the same map in which all tiles of probability are of order 4 or finer.

    Averages over distances are expanded around the acceptance at the centre of a tile: from one end
    of a tile of order 0 to the other it may differ by more than a factor of ten.
    """
    missing = np.maximum(COARSEST - order_of(sky.uniq).astype(np.int64), 0)
    levels = np.where(sky.probdensity > 0, missing, 0)
    if not levels.any():
        return sky
    uniq, origin = _divided(sky.uniq, levels)
    layers = sky.distance and DistanceLayers(
        sky.distance.mu[origin], sky.distance.sigma[origin], sky.distance.norm[origin]
    )
    return MultiOrderMap.of(uniq, sky.probdensity[origin], distance=layers)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Parts of tiles, each near one track; every array has one entry for each."""

    uniq: IntArray
    tile: IntArray
    """Place in `Tiles`."""
    track: IntArray
    vector: FloatArray
    """(n, 3)."""
    area: FloatArray
    """sr."""

    def __len__(self) -> int:
        return len(self.uniq)

    def part(self, chosen: NDArray[np.bool_]) -> Self:
        """Return some of the cells."""
        at = np.flatnonzero(chosen)
        vector = self.vector.take(at, axis=0)
        integers = (array.take(at) for array in (self.uniq, self.tile, self.track))
        return type(self)(*integers, vector=vector, area=self.area.take(at))


def cells_near(tiles: Tiles, at: FloatArray, sigma_rad: FloatArray) -> Cells:
    """Return cells within 5 sigma of tracks (directions (n, 3), errors (n,)), <= sigma/2 wide."""
    track, tile = tiles.near(at, sigma_rad)
    front = Cells(tiles.uniq[tile], tile, track, tiles.directions[tile], tiles.area[tile])
    largest = np.maximum(np.square(PART * sigma_rad), SMALLEST_SR)
    found: list[Cells] = []
    while len(front):
        small = front.area <= largest[front.track]
        found.append(front.part(small))
        front = _split(front.part(~small), largest, (at, sigma_rad))
    joined = _joined(found or [front])
    return joined.part(_cosines(joined, at) >= reaches(sigma_rad)[joined.track])


def _split(cells: Cells, largest: FloatArray, tracks: tuple[FloatArray, FloatArray]) -> Cells:
    """Split into 4, or into 16 where 4 are not enough; keep what may be within 5 sigma."""
    at, sigma_rad = tracks
    levels = np.where(cells.area > 4 * largest[cells.track], 2, 1)
    area = np.ldexp(cells.area, -2 * levels)
    bound = reaches(sigma_rad[cells.track], CORNER * np.sqrt(area))
    uniq, origin = _divided(cells.uniq, levels)
    track = cells.track[origin]
    parts = Cells(uniq, cells.tile[origin], track, directions(uniq), area[origin])
    return parts.part(_cosines(parts, at) >= bound[origin])


def _divided(uniq: IntArray, levels: IntArray) -> tuple[IntArray, IntArray]:
    """Cut tiles into four as often as `levels` says; return the parts and the tile of each."""
    count = np.int64(1) << (2 * levels)
    origin = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(origin)) - np.repeat(np.cumsum(count) - count, count)
    return (uniq << (2 * levels))[origin] + within, origin


def _cosines(cells: Cells, at: FloatArray) -> FloatArray:
    return np.einsum("ij,ij->i", cells.vector, at.take(cells.track, axis=0))


def _joined(parts: list[Cells]) -> Cells:
    return Cells(
        np.concatenate([part.uniq for part in parts]),
        np.concatenate([part.tile for part in parts]),
        np.concatenate([part.track for part in parts]),
        np.concatenate([part.vector for part in parts]),
        np.concatenate([part.area for part in parts]),
    )
