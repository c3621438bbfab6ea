"""What the model asks of a neutrino detector; `llama.handlers.neutrinos.detector` has some."""

from typing import Protocol

from numpy.typing import ArrayLike

from llama.handlers.sky.healpix import FloatArray


class Densities(Protocol):
    """A detector's rate and the densities of its tracks, in GeV, degrees and sr."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def rate_hz(self) -> float:
        """R: how often a track comes by chance."""
        ...

    @property
    def angular_floor_deg(self) -> float:
        """The least angular error that is believed."""
        ...

    @property
    def energy_range_gev(self) -> tuple[float, float]:
        """Where its densities are known."""
        ...

    @property
    def digest(self) -> str:
        """The identity of all its figures."""
        ...

    def signal(self, energy_gev: ArrayLike, dec_deg: ArrayLike) -> FloatArray:
        """Return s, per GeV: for every declination the integral over energy is 1."""
        ...

    def background(self, energy_gev: ArrayLike, dec_deg: ArrayLike) -> FloatArray:
        """Return b, per GeV and sr: the integral over energy and sky is 1."""
        ...

    def acceptance(self, dec_deg: ArrayLike) -> FloatArray:
        """Return g, tracks of a source relative to the mean over the sky."""
        ...
