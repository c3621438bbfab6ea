"""Section 4 of docs/science.md: the curved Gaussian of a track's direction.

The density of Fisher around a unit vector u is C(kappa) exp(kappa (u.v - 1)) per sr, kappa =
1/sigma^2. Products of such densities are of the same form: exp(q.v - offset), q = sum kappa u.
"""

import numpy as np

from llama.handlers.sky.healpix import FloatArray

REACH = 5.0
"""Standard deviations beyond which a track is not looked at: 4e-6 of a Gaussian are there."""


def concentration(sigma_rad: FloatArray) -> FloatArray:
    """Return kappa = 1/sigma^2."""
    return 1.0 / np.square(sigma_rad)


def normalisation(kappa: FloatArray) -> FloatArray:
    """Return C(kappa) = kappa / (2 pi (1 - exp(-2 kappa))), per sr: the density at the centre."""
    return kappa / (2 * np.pi * -np.expm1(-2 * kappa))


def reaches(sigma_rad: FloatArray, beyond_rad: FloatArray | float = 0.0) -> FloatArray:
    """Return the cosine of the angle that 5 sigma (and something beyond) reach to.

    Where 5 sigma are more than a right angle it is that of the whole sky: there is more left.
    """
    reach = np.where(REACH * sigma_rad > np.pi / 2, np.pi, REACH * sigma_rad)
    return np.cos(np.minimum(reach + beyond_rad, np.pi))


def unit_vectors(ra_deg: FloatArray, dec_deg: FloatArray) -> FloatArray:
    """Return Cartesian unit vectors (n, 3)."""
    ra, dec = np.deg2rad(ra_deg), np.deg2rad(dec_deg)
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)
