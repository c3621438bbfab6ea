"""MultiOrderMap: where on the sky a source is, as tiles of different sizes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from llama.domain.digests import Digest, digest_bytes
from llama.domain.handler import PermanentError
from llama.handlers.sky.healpix import (
    WHOLE_SKY,
    FloatArray,
    IntArray,
    finest_range,
    is_uniq,
    tile_area,
)

Meta = Mapping[str, str | float | int]

NORMALISATION_TOLERANCE = 0.01
"""Maps whose total probability is further from 1 are kept and marked as odd."""


@dataclass(frozen=True, slots=True)
class DistanceLayers:
    """The distance ansatz per tile: p(r) = norm N(r; mu, sigma) r**2 (Singer et al. 2016).

    Tiles without a distance have mu = inf, sigma = 1, norm = 0.
    """

    mu: FloatArray
    """Mpc."""
    sigma: FloatArray
    """Mpc."""
    norm: FloatArray
    """Mpc**-2."""


@dataclass(frozen=True, slots=True, eq=False)
class MultiOrderMap:
    """A probability map on the sphere: tiles in increasing UNIQ order, none covered twice.

    All arrays have one entry per tile and cannot be written to. Make one with `of`, which
    checks it.
    """

    uniq: IntArray
    probdensity: FloatArray
    """Probability per steradian."""
    distance: DistanceLayers | None = None
    meta: Meta = field(default_factory=dict[str, str | float | int])
    """The header values that are kept, by FITS keyword (DISTMEAN and DISTSTD in Mpc)."""
    oddities: tuple[str, ...] = ()
    """What is unusual in the arrays, in words; the map is usable all the same."""

    @classmethod
    def of(
        cls,
        uniq: IntArray,
        probdensity: FloatArray,
        *,
        distance: DistanceLayers | None = None,
        meta: Meta | None = None,
    ) -> Self:
        """Sort the tiles and check them; PermanentError says what is wrong with which tile."""
        if len(uniq) > 1 and not bool(np.all(uniq[1:] > uniq[:-1])):
            order = np.argsort(uniq, kind="stable")
            uniq, probdensity = uniq[order], probdensity[order]
            distance = distance and _reordered(distance, order)
        _check_tiles(uniq)
        _check_density(uniq, probdensity)
        _freeze(uniq, probdensity, *_layers(distance))
        return cls(uniq, probdensity, distance, meta or {}, _oddities(uniq, probdensity))

    @property
    def distmu(self) -> FloatArray | None:
        """Location of the distance ansatz per tile, in Mpc."""
        return self.distance and self.distance.mu

    @property
    def distsigma(self) -> FloatArray | None:
        """Scale of the distance ansatz per tile, in Mpc."""
        return self.distance and self.distance.sigma

    @property
    def distnorm(self) -> FloatArray | None:
        """Normalisation of the distance ansatz per tile, in Mpc**-2."""
        return self.distance and self.distance.norm

    @property
    def probability(self) -> FloatArray:
        """Probability in each tile."""
        return self.probdensity * tile_area(self.uniq)

    def localisation_digest(self) -> Digest:
        """Return the digest of the tiles and their probability density."""
        return _digest("localisation", (self.uniq, self.probdensity))

    def pixels_digest(self) -> Digest:
        """Return the digest of all arrays, distance included, and of nothing else."""
        return _digest("pixels", (self.uniq, self.probdensity, *_layers(self.distance)))


def _layers(distance: DistanceLayers | None) -> tuple[FloatArray, ...]:
    return (distance.mu, distance.sigma, distance.norm) if distance else ()


def _reordered(distance: DistanceLayers, order: IntArray) -> DistanceLayers:
    return DistanceLayers(distance.mu[order], distance.sigma[order], distance.norm[order])


def _freeze(*arrays: IntArray | FloatArray) -> None:
    for array in arrays:
        array.flags.writeable = False


def _digest(name: str, arrays: Iterable[IntArray | FloatArray]) -> Digest:
    parts = [digest_bytes(_canonical(array)) for array in arrays]
    return digest_bytes("\n".join([f"llama sky {name} 1", *parts]).encode())


def _canonical(array: IntArray | FloatArray) -> bytes:
    """Return little-endian bytes in which 0 has one sign and not-a-number one pattern."""
    if array.dtype.kind == "i":
        return array.astype("<i8").tobytes()
    return np.where(np.isnan(array), np.nan, array + 0.0).astype("<f8").tobytes()


def _check_tiles(uniq: IntArray) -> None:
    if not len(uniq):
        raise PermanentError("sky map: it has no tiles")
    if not is_uniq(uniq).all():
        bad = int(np.flatnonzero(~is_uniq(uniq))[0])
        raise PermanentError(f"sky map: UNIQ {int(uniq[bad])} names no tile (tile {bad})")
    start, stop = finest_range(uniq)
    if len(uniq) > 1:
        start.sort()
        stop.sort()
        twice = np.flatnonzero(stop[:-1] > start[1:])
        if len(twice):
            pair = _overlapping(uniq)
            raise PermanentError(f"sky map: tiles UNIQ {pair[0]} and {pair[1]} overlap")


def _overlapping(uniq: IntArray) -> list[int]:
    """Return the first tile along the NESTED curve that the next one overlaps, and that one."""
    start, stop = finest_range(uniq)
    along = np.lexsort((-stop, start))
    first = int(np.flatnonzero(stop[along[:-1]] > start[along[1:]])[0])
    return uniq[along[first : first + 2]].tolist()


def _check_density(uniq: IntArray, probdensity: FloatArray) -> None:
    bad = np.flatnonzero(~(np.isfinite(probdensity) & (probdensity >= 0)))
    if len(bad):
        raise PermanentError(
            f"sky map: probability density {probdensity[bad[0]]} of tile UNIQ {uniq[bad[0]]}"
            f" is not a number of at least 0 ({len(bad)} such tiles)"
        )
    if not probdensity.any():
        raise PermanentError("sky map: the probability is 0 everywhere")


def _oddities(uniq: IntArray, probdensity: FloatArray) -> tuple[str, ...]:
    found: list[str] = []
    total = float(np.sum(probdensity * tile_area(uniq)))
    if abs(total - 1.0) > NORMALISATION_TOLERANCE:
        found.append(f"the total probability of the map is {total:.4g}, not 1")
    start, stop = finest_range(uniq)
    covered = int(np.sum(np.subtract(stop, start, out=stop)))
    if covered != WHOLE_SKY:
        share = covered / WHOLE_SKY
        found.append(f"the map covers {100 * share:.4g} % of the sky")
    return tuple(found)
