"""Plane pictures of the sphere: Mollweide for the whole sky, azimuthal for a close-up.

Both are equal-area, so that the eye compares probabilities rightly, and both show the sky from
within: right ascension increases to the left.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from llama.handlers.sky.healpix import FloatArray, Positions

MIDDLE_RA_DEG = 180.0
"""Right ascension in the middle of the whole-sky picture: 12 h."""
NEWTON_STEPS = 40
"""Newton's method converges slowly (linearly) at the poles only."""


class Projection(Protocol):
    """A map between the sphere and a plane rectangle around the origin."""

    @property
    def half_width(self) -> float:
        """Largest |x| shown."""
        ...

    @property
    def half_height(self) -> float:
        """Largest |y| shown."""
        ...

    def to_sky(self, x: FloatArray, y: FloatArray) -> Positions:
        """Return the point of the sphere at each point of the plane, nan where there is none."""
        ...

    def to_plane(self, points: Positions) -> tuple[FloatArray, FloatArray]:
        """Return x and y of points of the sphere, nan where they do not show."""
        ...


@dataclass(frozen=True, slots=True)
class Mollweide:
    """The whole sky in an ellipse (Snyder 1987, Map Projections, eqs. 31-1 to 31-8)."""

    half_width: float = 2 * np.sqrt(2.0)
    half_height: float = np.sqrt(2.0)

    def to_sky(self, x: FloatArray, y: FloatArray) -> Positions:
        """Invert the projection in closed form."""
        with np.errstate(invalid="ignore", divide="ignore"):
            theta = np.arcsin(y / np.sqrt(2.0))
            dec = np.arcsin((2 * theta + np.sin(2 * theta)) / np.pi)
            east = np.pi * x / (2 * np.sqrt(2.0) * np.cos(theta))
        dec[np.abs(east) > np.pi] = np.nan
        return Positions((MIDDLE_RA_DEG - np.rad2deg(east)) % 360.0, np.rad2deg(dec))

    def to_plane(self, points: Positions) -> tuple[FloatArray, FloatArray]:
        """Solve 2 theta + sin 2 theta = pi sin dec by Newton's method."""
        target = np.pi * np.sin(np.deg2rad(points.dec_deg))
        double = np.deg2rad(points.dec_deg) * 2
        for _ in range(NEWTON_STEPS):
            slope = np.maximum(1 + np.cos(double), 1e-9)
            double = np.clip(double - (double + np.sin(double) - target) / slope, -np.pi, np.pi)
        west = np.deg2rad(points.ra_deg - MIDDLE_RA_DEG)
        x = -2 * np.sqrt(2.0) / np.pi * west * np.cos(double / 2)
        return x, np.sqrt(2.0) * np.sin(double / 2)


@dataclass(frozen=True, slots=True)
class CloseUp:
    """A square around one point: Lambert's azimuthal equal-area projection (Snyder, eq. 24)."""

    ra_deg: float
    dec_deg: float
    radius_deg: float

    @property
    def half_width(self) -> float:
        """Largest |x| shown: the image of the radius."""
        return float(2 * np.sin(np.deg2rad(self.radius_deg) / 2))

    @property
    def half_height(self) -> float:
        """Largest |y| shown, as in x."""
        return self.half_width

    def to_sky(self, x: FloatArray, y: FloatArray) -> Positions:
        """Invert the projection in closed form."""
        rho = np.maximum(np.hypot(x, y), 1e-12)
        angle = 2 * np.arcsin(np.minimum(rho / 2, 1.0))
        middle = np.deg2rad(self.dec_deg)
        up = np.cos(angle) * np.sin(middle) + y / rho * np.sin(angle) * np.cos(middle)
        towards = np.cos(angle) * np.cos(middle) - y / rho * np.sin(angle) * np.sin(middle)
        west = np.arctan2(x / rho * np.sin(angle), towards)
        ra = (self.ra_deg - np.rad2deg(west)) % 360.0
        return Positions(ra, np.rad2deg(np.arcsin(np.clip(up, -1, 1))))

    def to_plane(self, points: Positions) -> tuple[FloatArray, FloatArray]:
        """Project; nothing is hidden but the exact opposite of the centre."""
        dec, middle = np.deg2rad(points.dec_deg), np.deg2rad(self.dec_deg)
        east = np.deg2rad(points.ra_deg - self.ra_deg)
        cosine = np.sin(middle) * np.sin(dec) + np.cos(middle) * np.cos(dec) * np.cos(east)
        scale = np.sqrt(2 / np.maximum(1 + cosine, 1e-9))
        up = np.cos(middle) * np.sin(dec) - np.sin(middle) * np.cos(dec) * np.cos(east)
        return -scale * np.cos(dec) * np.sin(east), scale * up
