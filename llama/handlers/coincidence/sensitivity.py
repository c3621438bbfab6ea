"""Section 10 of docs/science.md: which flux would have been seen from where the map points.

An E^-2 source that gives ln 10 = 2.303 tracks on average gives at least one with 90 % probability.
"""

import math
from dataclasses import dataclass

import numpy as np

from llama.handlers.coincidence.densities import Densities
from llama.handlers.coincidence.settings import REFERENCE_MPC, SearchSettings
from llama.handlers.sky.healpix import FloatArray, centres
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.regions import credible_levels

LEVEL = 0.9
QUANTILES = (0.05, 0.95)
"""Between them are nine of ten tracks of a source."""
GEV_PER_ERG = 624.150907
CM_PER_MPC = 3.0856775814913673e24


@dataclass(frozen=True, slots=True)
class SensitivityRange:
    """The least and the most sensitive place within the 90 % region."""

    flux_gev_cm2: tuple[float, float]
    """E^2 dN/dE, integrated over time."""
    energy_gev: tuple[float, float]


def sensitivity_range(
    sky: MultiOrderMap, detector: Densities, settings: SearchSettings
) -> SensitivityRange:
    """Return the range of flux sensitivities and energies within the map's 90 % region."""
    declinations = _declinations(sky, settings.declination_step_deg)
    flux = _flux_of_one_track(settings) * math.log(10.0) / detector.acceptance(declinations)
    ends = [_energies(detector, float(dec), settings) for dec in declinations]
    return SensitivityRange(
        (float(flux.min()), float(flux.max())),
        (min(low for low, _ in ends), max(high for _, high in ends)),
    )


def _declinations(sky: MultiOrderMap, step_deg: float) -> FloatArray:
    """Return the declinations of the region's tiles, one for each step of them."""
    level, own = credible_levels(sky), sky.probability
    inside = (level - own < LEVEL * own.sum()) & (own > 0)
    dec = centres(sky.uniq[inside]).dec_deg
    _, first = np.unique(np.floor(dec / step_deg), return_index=True)
    return np.unique(np.concatenate([dec[first], [dec.min(), dec.max()]]))


def _flux_of_one_track(settings: SearchSettings) -> float:
    """Return the E^2 dN/dE, in GeV cm^-2, from which one track is expected at acceptance 1."""
    low, high = settings.energy_proxy_gev
    sphere_cm2 = 4 * math.pi * (REFERENCE_MPC * CM_PER_MPC) ** 2
    fluence = 1e51 * GEV_PER_ERG / sphere_cm2
    return fluence / math.log(high / low) / settings.neutrinos_51_100


def _energies(detector: Densities, dec_deg: float, settings: SearchSettings) -> tuple[float, float]:
    """Return the energies between which nine of ten tracks of a source are."""
    low, high = np.log(detector.energy_range_gev)
    steps = math.ceil((high - low) / math.log(10.0) / settings.energy_step_dex)
    energy = np.exp(np.linspace(low, high, 8 * steps + 1))
    density = detector.signal(energy, np.full(len(energy), dec_deg)) * energy
    along = np.concatenate([[0.0], np.cumsum(density[1:] + density[:-1])])
    ends = np.interp(QUANTILES, along / along[-1], np.log(energy))
    return float(np.exp(ends[0])), float(np.exp(ends[1]))
