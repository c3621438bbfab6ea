"""An analytic detector, tracks and waves for tests of the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike

from llama.handlers.coincidence.trigger import Trigger
from llama.handlers.neutrinos.track import Track
from llama.handlers.sky.healpix import FloatArray, centres, tile_area, uniq_from
from llama.handlers.sky.map import DistanceLayers, MultiOrderMap

MERGER = datetime(2023, 9, 14, 11, 14, 1, 88000, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PowerLaws:
    """A detector whose tracks follow power laws of energy, the same ones everywhere.

    Acceptance and background rise by `tilt` with the sine of declination.
    """

    name: str = "power-laws"
    rate_hz: float = 0.0064
    angular_floor_deg: float = 0.2
    energy_range_gev: tuple[float, float] = (10.0, 1e8)
    digest: str = "0" * 64
    tilt: float = 0.0
    signal_index: float = 1.6
    background_index: float = 2.8

    def signal(self, energy_gev: ArrayLike, dec_deg: ArrayLike) -> FloatArray:
        energy, _ = np.broadcast_arrays(energy_gev, dec_deg)
        return self._law(np.asarray(energy, dtype=np.float64), self.signal_index)

    def background(self, energy_gev: ArrayLike, dec_deg: ArrayLike) -> FloatArray:
        energy, dec = np.broadcast_arrays(energy_gev, dec_deg)
        law = self._law(np.asarray(energy, dtype=np.float64), self.background_index)
        return law * (1 + self.tilt / 2 * np.sin(np.deg2rad(dec))) / (4 * np.pi)

    def acceptance(self, dec_deg: ArrayLike) -> FloatArray:
        return 1 + self.tilt * np.sin(np.deg2rad(np.asarray(dec_deg, dtype=np.float64)))

    def _law(self, energy: FloatArray, index: float) -> FloatArray:
        low, high = self.energy_range_gev
        norm = (low ** (1 - index) - high ** (1 - index)) / (index - 1)
        return energy**-index / norm


def a_track(
    ra_deg: float = 90.0,
    dec_deg: float = 53.0,
    *,
    sigma_deg: float = 1.0,
    dt_s: float = 10.0,
    energy_gev: float = 3000.0,
    name: str = "t1",
) -> Track:
    return Track(
        id=name,
        time=MERGER + timedelta(seconds=dt_s),
        ra_deg=ra_deg % 360,
        dec_deg=dec_deg,
        sigma_deg=sigma_deg,
        energy_gev=energy_gev,
    )


def some_tracks(count: int, *, seed: int = 3) -> list[Track]:
    """Return tracks all over the sky and the window."""
    rng = np.random.default_rng(seed)
    return [
        a_track(
            float(rng.uniform(0, 360)),
            float(np.rad2deg(np.arcsin(rng.uniform(-1, 1)))),
            sigma_deg=float(rng.lognormal(0, 0.7)),
            dt_s=float(rng.uniform(-500, 500)),
            energy_gev=float(10 ** rng.uniform(2, 5)),
            name=f"t{number}",
        )
        for number in range(count)
    ]


def a_wave(sky: MultiOrderMap, *, terrestrial: float = 0.5) -> Trigger:
    return Trigger(MERGER, sky, 1e-7, "CBC", {"Terrestrial": terrestrial}, ("H1", "L1"))


def a_fisher_map(
    ra_deg: float = 90.0,
    dec_deg: float = 53.0,
    *,
    width_deg: float = 8.0,
    order: int = 6,
    mu_mpc: float | None = None,
) -> MultiOrderMap:
    """Return a round map; its distance, if it has one, falls away from the middle."""
    uniq = uniq_from(order, np.arange(12 << (2 * order), dtype=np.int64))
    cosine = centres(uniq).unit_vectors() @ direction(ra_deg, dec_deg)
    density = np.exp((cosine - 1) / np.deg2rad(width_deg) ** 2)
    layers = None
    if mu_mpc is not None:
        mu = mu_mpc * (0.8 + 0.2 * cosine)
        layers = DistanceLayers(mu, 0.3 * mu, np.full(len(mu), 1e-5))
    return MultiOrderMap.of(uniq, density / np.sum(density * tile_area(uniq)), distance=layers)


def direction(ra_deg: float, dec_deg: float) -> FloatArray:
    ra, dec = np.deg2rad([ra_deg, dec_deg])
    return np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])


def divided(sky: MultiOrderMap, chosen: Sequence[int] | None = None) -> MultiOrderMap:
    """Return the same map with some tiles (all, if none are named) cut into four."""
    cut = np.ones(len(sky.uniq), dtype=np.bool_)
    if chosen is not None:
        cut = np.isin(np.arange(len(sky.uniq)), chosen)
    origin = np.concatenate([np.flatnonzero(~cut), np.repeat(np.flatnonzero(cut), 4)])
    children = (4 * sky.uniq[cut][:, np.newaxis] + np.arange(4)).reshape(-1)
    uniq = np.concatenate([sky.uniq[~cut], children])
    layers = sky.distance and DistanceLayers(
        sky.distance.mu[origin], sky.distance.sigma[origin], sky.distance.norm[origin]
    )
    return MultiOrderMap.of(uniq, sky.probdensity[origin], distance=layers)
