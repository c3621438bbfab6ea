"""The parameters of the search: those of the fourth observing run (O4), if nothing else is said."""

import math
from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from llama.domain.digests import Digest, digest_json

UNIT_ERG = 9.5214e51
"""One kg Mpc^2 s^-2, the unit of energies in the published parameters, in erg."""
PER_51_ERG = UNIT_ERG / 1e51
REFERENCE_MPC = 100.0
"""The distance for which `neutrinos_51_100` is given."""


class SearchSettings(BaseModel):
    """What the result depends on besides the data; energies of sources in kg Mpc^2 s^-2."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    horizon_scale_mpc: float = Field(default=1190.0, gt=0)
    """k0: a source of energy E at distance r has the SNR k0 sqrt(E) / r."""
    least_snr: float = Field(default=5.59, gt=0)
    neutrinos_51_100: float = Field(default=1.1, gt=0)
    """Tracks expected of a source of 1e51 erg in neutrinos at 100 Mpc, on average over the sky."""
    beaming: float = Field(default=10.0, ge=1)
    """f_b: one of so many sources sends its neutrinos here."""
    gw_background_hz: float = Field(default=1 / 86400, gt=0)
    source_rate: float = Field(default=7.578640284119736e-16, gt=0)
    """Sources that emit both, per Mpc^3 and second."""
    gw_energy: tuple[float, float] = (18.7, 1870.0)
    neutrino_energy: tuple[float, float] = (1e-6, 0.1)
    energy_proxy_gev: tuple[float, float] = (10.0, 1e8)
    half_emission_s: float = Field(default=250.0, gt=0)
    """Both messengers come within so many seconds of the source's own time."""
    snr_slope: float = Field(default=6.0, gt=0)
    """Noise: the rate of triggers above an SNR falls by e for every 1/slope."""
    burst_rate_hz: float = Field(default=1 / (365.25 * 86400), gt=0)
    """Bursts without a template that are real and loud enough: assumed, one a year."""
    energy_step_dex: float = Field(default=0.29162115354365997, gt=0, le=1)
    declination_step_deg: float = Field(default=2.5714285714285716, gt=0, le=45)
    """Steps with which the range of sensitivities is looked for."""
    population: str = "cbc"
    sensitivity: str = "o4"

    @model_validator(mode="after")
    def _ranges_rise(self) -> Self:
        for low, high in (self.gw_energy, self.neutrino_energy, self.energy_proxy_gev):
            if not 0 < low < high:
                raise ValueError(f"the range {low} to {high}: give two positive, rising numbers")
        return self

    @property
    def half_window_s(self) -> float:
        """The largest |dt| that one source can give: 500 s."""
        return 2 * self.half_emission_s

    @property
    def window_s(self) -> float:
        """W: the time in which tracks are looked for, 1000 s."""
        return 2 * self.half_window_s

    @property
    def log_range(self) -> float:
        """L = ln(E+/E-) of the neutrinos' energy."""
        low, high = self.neutrino_energy
        return math.log(high / low)

    @property
    def yield_scale_mpc2(self) -> float:
        """At acceptance 1, a r^2: tracks expected per unit of energy, times Mpc^2."""
        return self.neutrinos_51_100 * PER_51_ERG * REFERENCE_MPC**2

    def horizons_mpc(self, snr: float | None = None) -> tuple[float, float]:
        """Return how far sources of least and most energy reach an SNR (the least one)."""
        low, high = self.gw_energy
        reach = self.horizon_scale_mpc / (snr or self.least_snr)
        return reach * math.sqrt(low), reach * math.sqrt(high)

    def digest(self) -> Digest:
        """Return the identity of all parameters: it belongs to the key of a background set."""
        return digest_json(self.model_dump(mode="json"))

    def parameters(self, instruments: Sequence[str], rate_hz: float) -> dict[str, object]:
        """Return the parameters under the names that result files have always had."""
        half = self.half_emission_s
        return {
            "Egwmin": self.gw_energy[0],
            "Egwmax": self.gw_energy[1],
            "Enumin": self.neutrino_energy[0],
            "Enumax": self.neutrino_energy[1],
            "fb": self.beaming,
            "instruments": sorted(instruments),
            "k0": self.horizon_scale_mpc,
            "ndotgwnu": self.source_rate,
            "nu_51_100": self.neutrinos_51_100,
            "population": self.population,
            "ratebggw": self.gw_background_hz,
            "ratebgnu": rate_hz,
            "rhomin": self.least_snr,
            "sensitivity": self.sensitivity,
            "tgwminus": -half,
            "tgwplus": half,
            "tnuminus": -half,
            "tnuplus": half,
            "ΔE": self.energy_step_dex,
            "δω": self.declination_step_deg,
            "εmin": self.energy_proxy_gev[0],
            "εmax": self.energy_proxy_gev[1],
            "snr_slope": self.snr_slope,
            "rateburst": self.burst_rate_hz,
        }
