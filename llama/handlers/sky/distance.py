"""Distance of a source from the distance layers of its map.

Per tile the posterior of the distance r > 0 is norm N(r; mu, sigma) r**2 (Singer et al. 2016,
ApJL 829 L15, eq. 1). With M_k the integral of r**k N(r; mu, sigma) over r > 0, integration by
parts gives, x = mu/sigma,

    M_0 = Phi(x)      M_1 = mu M_0 + sigma phi(x)      M_k = mu M_(k-1) + (k-1) sigma**2 M_(k-2)

so that norm = 1/M_2, and the conditional mean and mean square are M_3/M_2 and M_4/M_2. Where x is
far below 0 this recursion cancels; there, with y = -x and u = y r/sigma, M_k is proportional to
(sigma/y)**k times the integral of u**k exp(-u**2/(2 y**2)) exp(-u): Gauss-Laguerre quadrature.
"""

import math
from dataclasses import dataclass

import numpy as np

from llama.handlers.sky.healpix import FloatArray
from llama.handlers.sky.map import DistanceLayers, MultiOrderMap

SMALLEST_X = -4.0
"""Below this mu/sigma the quadrature is used: the recursion's M_4 loses 9 of 16 digits here."""
NODES = 48


@dataclass(frozen=True, slots=True)
class DistanceSummary:
    """Mean and standard deviation of the distance, averaged over the sky, in Mpc."""

    mean_mpc: float
    std_mpc: float


def distance_summary(sky_map: MultiOrderMap) -> DistanceSummary | None:
    """Return the map's own DISTMEAN and DISTSTD, else moments of its layers, else None."""
    mean, std = sky_map.meta.get("DISTMEAN"), sky_map.meta.get("DISTSTD")
    if _is_length(mean) and _is_length(std):
        return DistanceSummary(float(mean or 0), float(std or 0))
    return moments(sky_map) if sky_map.distance else None


def moments(sky_map: MultiOrderMap) -> DistanceSummary | None:
    """Return the moments of the layers; None if no tile with probability has a distance."""
    layers = sky_map.distance
    if layers is None:
        return None
    usable = np.isfinite(layers.mu) & np.isfinite(layers.sigma) & (layers.sigma > 0)
    usable &= (sky_map.probdensity > 0) & (layers.norm > 0)
    if not usable.any():
        return None
    weight = sky_map.probability[usable]
    tile_mean, tile_square = conditional_moments(layers.mu[usable], layers.sigma[usable])
    mean = float(np.average(tile_mean, weights=weight))
    square = float(np.average(tile_square, weights=weight))
    return DistanceSummary(mean, math.sqrt(max(square - mean * mean, 0.0)))


def conditional_moments(mu: FloatArray, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean (Mpc) and the mean square (Mpc**2) of the distance in each tile."""
    far = mu < SMALLEST_X * sigma
    _, m2, m3, m4 = raw_moments(np.where(far, sigma, mu), sigma)
    mean, square = m3 / m2, m4 / m2
    if far.any():
        mean[far], square[far] = _far_moments(mu[far], sigma[far])
    return mean, square


def _far_moments(mu: FloatArray, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
    node, weight = np.polynomial.laguerre.laggauss(NODES)
    y = -mu / sigma
    tail = weight * np.exp(-0.5 * (node / y[:, np.newaxis]) ** 2)
    m2, m3, m4 = (tail @ node**power for power in (2, 3, 4))
    return m3 / m2 * (sigma / y), m4 / m2 * (sigma / y) ** 2


def normalised_layers(mu: FloatArray, sigma: FloatArray) -> DistanceLayers:
    """Return distance layers with the norm that makes each tile's posterior integrate to 1."""
    return DistanceLayers(mu, sigma, 1.0 / raw_moments(mu, sigma)[1])


def raw_moments(
    mu: FloatArray, sigma: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return M_1 to M_4 of the truncated normal distribution, in powers of Mpc."""
    x = mu / sigma
    m0 = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in x.tolist()])
    m1 = mu * m0 + sigma * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    m2 = mu * m1 + sigma**2 * m0
    m3 = mu * m2 + 2 * sigma**2 * m1
    m4 = mu * m3 + 3 * sigma**2 * m2
    return m1, m2, m3, m4


def _is_length(value: str | float | int | None) -> bool:
    return isinstance(value, float | int) and math.isfinite(value) and value >= 0
