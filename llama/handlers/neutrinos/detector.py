"""Detectors: how often tracks come by chance, and how those of a source would be distributed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Self

import numpy as np
import orjson
from numpy.typing import ArrayLike
from pydantic import BaseModel, ConfigDict, Field, model_validator

from llama.domain.digests import Digest, digest_json
from llama.handlers.neutrinos.splines import Axis, FloatArray, Mixture

NAMES = ("ic40", "gfu", "icecat")
"""The detectors whose figures come with the package."""
MOST_LOG10_GEV = 20.0
"""No neutrino that anybody looks for is beyond; what is makes numbers overflow."""


class Grid(BaseModel):
    """A density as its file holds it: weights by node of log10(energy/GeV), then of sin(dec)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    log10_energy_range: tuple[float, float]
    weights: list[list[float]] = Field(min_length=4, max_length=500)

    def mixture(self) -> Mixture:
        """Return the density; ValueError if these are no weights of one."""
        weights = np.array(self.weights, dtype=np.float64)
        if weights.ndim != 2 or weights.shape[1] < 4:
            raise ValueError("weights need at least four nodes of energy and of declination")
        low, high = self.log10_energy_range
        if not -MOST_LOG10_GEV <= low < high <= MOST_LOG10_GEV:
            raise ValueError(f"energies from 10^{low:g} to 10^{high:g} GeV: give a rising range")
        return Mixture.of(Axis(low, high, len(weights)), Axis(-1.0, 1.0, weights.shape[1]), weights)


class AngularErrors(BaseModel):
    """How the errors of tracks are distributed: quantiles at equal steps of probability."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    log10_energy_edges: list[float]
    """Between the rows of both tables."""
    north_deg: list[list[float]] = Field(min_length=1)
    """One row of quantiles, from the least to the largest, for each range of energies."""
    south_deg: list[list[float]] = Field(min_length=1)
    south_below_dec_deg: float

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        rows, steps = len(self.log10_energy_edges) + 1, len(self.north_deg[0])
        lengths = {len(row) for row in (*self.north_deg, *self.south_deg)}
        if {len(self.north_deg), len(self.south_deg)} != {rows} or lengths != {steps} or steps < 2:
            raise ValueError(f"angular errors: give {rows} rows of equal length for either half")
        return self


class DetectorFile(BaseModel):
    """What a detector's file says."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")
    provenance: str
    """Where the figures come from, in words."""
    rate_hz: float = Field(gt=0)
    angular_floor_deg: float = Field(gt=0)
    signal: Grid
    background: Grid
    angular_errors: AngularErrors


@dataclass(frozen=True, slots=True, eq=False)
class Detector:
    """A detector with its rate, the densities of its tracks, and their identity.

    Energies outside the range count as its nearer end: every density is positive everywhere.
    """

    name: str
    rate_hz: float
    angular_floor_deg: float
    energy_range_gev: tuple[float, float]
    signal_mixture: Mixture
    background_mixture: Mixture
    angular_errors: AngularErrors
    digest: Digest
    """Of all figures: it belongs to the key of a background set."""
    figures: Mapping[str, object]
    """What `detector_from` makes this detector of."""

    @property
    def is_of_the_package(self) -> bool:
        """Whether its figures are those that come with the package under its name."""
        return self.name in NAMES and detector_named(self.name).digest == self.digest

    def signal(self, energy_gev: ArrayLike, dec_deg: ArrayLike) -> FloatArray:
        """Return the density of energies of an E^-2 source, per GeV, by declination.

        The integral over energy is 1 for every declination. Arguments are broadcast.
        """
        x, z, shape = self._points(energy_gev, dec_deg)
        per_x = self.signal_mixture.at(x, z) / self.signal_mixture.over_z(z)
        return (per_x / (math.log(10.0) * 10.0**x)).reshape(shape)

    def background(self, energy_gev: ArrayLike, dec_deg: ArrayLike) -> FloatArray:
        """Return the density of chance tracks, per GeV and sr: over sky and energy it gives 1."""
        x, z, shape = self._points(energy_gev, dec_deg)
        per_x_and_sr = self.background_mixture.at(x, z) / (2.0 * math.pi)
        return (per_x_and_sr / (math.log(10.0) * 10.0**x)).reshape(shape)

    def acceptance(self, dec_deg: ArrayLike) -> FloatArray:
        """Return how many tracks an E^-2 source gives, by declination; their mean is 1."""
        dec = np.asarray(dec_deg, dtype=np.float64)
        z = np.sin(np.radians(dec)).reshape(-1)
        return (2.0 * self.signal_mixture.over_z(z)).reshape(dec.shape)

    def _points(
        self, energy_gev: ArrayLike, dec_deg: ArrayLike
    ) -> tuple[FloatArray, FloatArray, tuple[int, ...]]:
        energy, dec = np.broadcast_arrays(
            np.asarray(energy_gev, dtype=np.float64), np.asarray(dec_deg, dtype=np.float64)
        )
        low, high = self.energy_range_gev
        x = np.log10(np.clip(energy, low, high)).reshape(-1)
        return x, np.sin(np.radians(dec)).reshape(-1), energy.shape


def detector_from(said: object) -> Detector:
    """Make a detector of the JSON value that its file holds; ValueError if it is none."""
    file = DetectorFile.model_validate(said)
    signal, background = file.signal.mixture(), file.background.mixture()
    if (signal.x.low, signal.x.high) != (background.x.low, background.x.high):
        raise ValueError(f"{file.name}: both densities need one range of energies")
    return Detector(
        name=file.name,
        rate_hz=file.rate_hz,
        angular_floor_deg=file.angular_floor_deg,
        energy_range_gev=(10.0**signal.x.low, 10.0**signal.x.high),
        signal_mixture=signal,
        background_mixture=background,
        angular_errors=file.angular_errors,
        digest=digest_json(file.model_dump(mode="json", exclude={"provenance"})),
        figures=file.model_dump(mode="json"),
    )


def detector_named(name: str) -> Detector:
    """Return a detector of the package; ValueError with the names that there are."""
    if name not in NAMES:
        raise ValueError(f"there is no detector {name!r}: take one of {', '.join(NAMES)}")
    content = files("llama.handlers.neutrinos").joinpath("fitted", f"{name}.json").read_bytes()
    return detector_from(orjson.loads(content))
