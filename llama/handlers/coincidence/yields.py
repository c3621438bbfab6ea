"""Section 3 of docs/science.md: one or two tracks of a source, over all energies it may have.

`a` is the number of tracks that are expected per unit of energy: that of the source is unknown,
its logarithm uniform between two limits. Both functions hold for any a >= 0.
"""

import math

import numpy as np

from llama.handlers.sky.healpix import FloatArray

SMALL = 0.1
"""Below it the series is used: the closed form subtracts nearly equal numbers."""
_TERMS = tuple((-1) ** k * (k - 1) / math.factorial(k) for k in range(2, 11))


def one_track(a: FloatArray, energies: tuple[float, float]) -> FloatArray:
    """Return I_1, the probability of exactly one track: [exp(-aE-) - exp(-aE+)] / L."""
    low, high = energies
    return np.exp(-a * low) * -np.expm1(-a * (high - low)) / math.log(high / low)


def two_tracks(a: FloatArray, energies: tuple[float, float]) -> FloatArray:
    """Return I_2, the probability of exactly two tracks."""
    low, high = energies
    return (_at_least_two(a * high) - _at_least_two(a * low)) / (2 * math.log(high / low))


def _at_least_two(x: FloatArray) -> FloatArray:
    """Return 1 - (1 + x) exp(-x), to full precision."""
    return np.where(x < SMALL, _series(np.minimum(x, SMALL)), -np.expm1(-x) - x * np.exp(-x))


def _series(x: FloatArray) -> FloatArray:
    total = np.zeros_like(x)
    for term in reversed(_TERMS):
        total = total * x + term
    return total * x * x
