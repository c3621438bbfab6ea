"""Directions of HEALPix tiles of mixed orders, fast: what `sky.healpix.centres` gives, as vectors.

A tile of order k is the cell (x, y) of a 2^k by 2^k square on one of twelve faces (Gorski et al.
2005, section 5); its ring is counted from the north pole in units of the tile's own order.
"""

import numpy as np

from llama.handlers.sky.healpix import FloatArray, IntArray, ipix_of, order_of

GAUSS = 0.5 / 3**0.5
_RING_OF_FACE = np.array([2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4])
_LONGITUDE_OF_FACE = np.array([1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7])
_HALVES = (
    (1, 0x3333333333333333),
    (2, 0x0F0F0F0F0F0F0F0F),
    (4, 0x00FF00FF00FF00FF),
    (8, 0x0000FFFF0000FFFF),
    (16, 0x00000000FFFFFFFF),
)


def directions(uniq: IntArray) -> FloatArray:
    """Return unit vectors to the centres of tiles, (n, 3)."""
    return _inside(uniq, np.zeros(1), np.zeros(1))[:, 0]


def gauss_points(uniq: IntArray) -> FloatArray:
    """Return the four points of each tile that the rule of Gauss needs, (n, 4, 3).

    HEALPix keeps areas: what is uniform in x and y is uniform on the sphere. The mean of the four
    values is the mean over the tile, but for fourth derivatives.
    """
    x = np.array([-GAUSS, GAUSS, -GAUSS, GAUSS])
    y = np.array([-GAUSS, -GAUSS, GAUSS, GAUSS])
    return _inside(uniq, x, y)


def _inside(uniq: IntArray, dx: FloatArray, dy: FloatArray) -> FloatArray:
    """Return vectors to points of tiles: offsets from the centre (m,), from -1/2 to 1/2."""
    order = order_of(uniq).astype(np.int64)
    ipix = ipix_of(uniq)
    face = ipix >> (2 * order)
    within = ipix - (face << (2 * order))
    x, y = _every_second_bit(within), _every_second_bit(within >> 1)
    nside = (np.int64(1) << order)[:, np.newaxis]
    first = (_RING_OF_FACE[face] * nside[:, 0] - x - y - 1)[:, np.newaxis]
    ring = first - (dx + dy)
    from_pole = np.minimum(np.minimum(ring, 4 * nside - ring), nside)
    along = (x - y)[:, np.newaxis] + (dx - dy)
    angle = np.pi / 4 * (_LONGITUDE_OF_FACE[face][:, np.newaxis] + along / from_pole)
    return _vectors(ring / nside, from_pole / nside, angle)


def _every_second_bit(value: IntArray) -> IntArray:
    """Return the number that bits 0, 2, 4, ... make."""
    value = value & 0x5555555555555555
    for shift, mask in _HALVES:
        value = (value | (value >> shift)) & mask
    return value


def _vectors(ring: FloatArray, from_pole: FloatArray, angle: FloatArray) -> FloatArray:
    """Place rings, in units of nside: within 1 of a pole they are of the cap, else of the belt."""
    below_top = from_pole * from_pole / 3
    cap = from_pole < 1
    height = np.where(cap, np.where(ring < 2, 1 - below_top, below_top - 1), (4 - 2 * ring) / 3)
    across = np.sqrt(np.where(cap, below_top * (2 - below_top), (1 - height) * (1 + height)))
    return np.stack([across * np.cos(angle), across * np.sin(angle), height], axis=-1)
