"""A detector for many maps: what every map asks anew is looked up once."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from llama.handlers.coincidence.densities import Densities
from llama.handlers.coincidence.kernel import HEIGHTS
from llama.handlers.sky.healpix import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A detector with a table of its acceptance, at the places where the kernel asks for it."""

    detector: Densities
    heights: FloatArray
    """Sines of declination."""
    accepted: FloatArray

    @classmethod
    def of(cls, detector: Densities) -> Self:
        """Look the acceptance of a detector up."""
        heights = np.linspace(-1.0, 1.0, HEIGHTS)
        return cls(detector, heights, detector.acceptance(np.rad2deg(np.arcsin(heights))))

    @property
    def name(self) -> str:
        """What it is called."""
        return self.detector.name

    @property
    def rate_hz(self) -> float:
        """How often a track comes by chance."""
        return self.detector.rate_hz

    @property
    def angular_floor_deg(self) -> float:
        """The least angular error that is believed."""
        return self.detector.angular_floor_deg

    @property
    def energy_range_gev(self) -> tuple[float, float]:
        """Where its densities are known."""
        return self.detector.energy_range_gev

    @property
    def digest(self) -> str:
        """The identity of all its figures."""
        return self.detector.digest

    def signal(self, energy_gev: ArrayLike, dec_deg: ArrayLike) -> FloatArray:
        """Return s, per GeV."""
        return self.detector.signal(energy_gev, dec_deg)

    def background(self, energy_gev: ArrayLike, dec_deg: ArrayLike) -> FloatArray:
        """Return b, per GeV and sr."""
        return self.detector.background(energy_gev, dec_deg)

    def acceptance(self, dec_deg: ArrayLike) -> FloatArray:
        """Return g from the table, linear between its entries."""
        height = np.sin(np.deg2rad(np.asarray(dec_deg, dtype=np.float64)))
        return np.interp(height, self.heights, self.accepted)
