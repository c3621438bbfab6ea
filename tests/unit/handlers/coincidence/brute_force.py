"""The terms once more, without any of the model's shortcuts: sums over very many small cells.

Nothing of `llama.handlers.coincidence` is used but its parameters. Yields are integrals over the
energy, distances sums over 1,000 steps, the sky 64 pixels for each of the map's.
"""

import math
from collections.abc import Sequence

import astropy_healpix as ah
import numpy as np
from astropy import units

from llama.handlers.coincidence.densities import Densities
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.neutrinos.track import Track
from llama.handlers.sky.healpix import FloatArray, IntArray
from llama.handlers.sky.map import MultiOrderMap

STEPS = 1000
FINER = 3
"""Orders by which pixels are cut."""


class BruteForce:
    """Terms on a flat map of one order, whose tiles are in the order of NESTED pixels."""

    def __init__(self, sky: MultiOrderMap, detector: Densities, settings: SearchSettings) -> None:
        self.sky, self.detector, self.settings = sky, detector, settings
        self.order = round(math.log2(len(sky.uniq) / 12) / 2)
        self.p = sky.probdensity / np.mean(sky.probdensity) / (4 * math.pi)
        a = np.logspace(-14, 9, 2000)
        low, high = settings.neutrino_energy
        energy = np.exp(np.linspace(math.log(low), math.log(high), 3001))
        n = a[:, np.newaxis] * energy
        self.log_a = np.log(a)
        self.one = np.asarray(np.trapezoid(n * np.exp(-n), np.log(energy))) / math.log(high / low)
        twice = np.asarray(np.trapezoid(n**2 / 2 * np.exp(-n), np.log(energy)))
        self.two = twice / math.log(high / low)

    def kernel(self, *tracks: Track) -> float:
        """Return K_i of one track, or what two tracks of one source have in its place."""
        first = min(tracks, key=lambda track: track.sigma_deg)
        pixel, parent, ra, dec = self._pixels_near(first)
        area = 4 * math.pi / (12 << (2 * (self.order + FINER)))
        value = self.p[parent] * area * self._yield(parent, dec, self.one, self.two, len(tracks))
        for track in tracks:
            s = self.detector.signal(track.energy_gev, track.dec_deg)
            b = self.detector.background(track.energy_gev, track.dec_deg)
            value = value * float(s / b) * self._fisher(track, ra, dec)
        assert len(pixel) > 1000
        return float(np.sum(value))

    def unseen(self, tracks: Sequence[Track]) -> float:
        """Return the sum of mu_i s_i / (4 pi b_i), mu integrated over distances."""
        total = 0.0
        for track in tracks:
            s = self.detector.signal(track.energy_gev, track.dec_deg)
            b = self.detector.background(track.energy_gev, track.dec_deg)
            mu = self.mu(float(self.detector.acceptance(track.dec_deg)))
            total += mu * float(s / b) / (4 * math.pi)
        return total

    def mu(self, g: float) -> float:
        far = self.settings.horizon_scale_mpc / self.settings.least_snr
        r = np.linspace(1e-3, far * math.sqrt(self.settings.gw_energy[1]), 400_001)
        inside = 4 * math.pi * r**2 * self.looked_up(self.one, self.per_energy(r, g))
        rate = self.settings.source_rate / self.settings.beaming
        return float(1000 * rate * np.trapezoid(inside, r))

    def per_energy(self, r: FloatArray, g: FloatArray | float) -> FloatArray:
        return self.settings.neutrinos_51_100 * 9.5214 * (100 / r) ** 2 * g

    def looked_up(self, table: FloatArray, a: FloatArray) -> FloatArray:
        return np.interp(np.log(a), self.log_a, table)

    def _yield(
        self, parent: IntArray, dec: FloatArray, one: FloatArray, two: FloatArray, count: int
    ) -> FloatArray:
        table = one if count == 1 else two
        g = self.detector.acceptance(dec)
        found = np.empty(len(parent))
        for each in np.unique(parent):
            r, weight = self.distances(int(each))
            here = parent == each
            a = self.per_energy(r, g[here][:, np.newaxis])
            found[here] = self.looked_up(table, a) @ weight
        return found

    def distances(self, parent: int) -> tuple[FloatArray, FloatArray]:
        if self.sky.distance is None:
            reach = self.settings.horizon_scale_mpc / self.settings.least_snr
            near, far = (reach * math.sqrt(energy) for energy in self.settings.gw_energy)
            root = np.linspace(0, far**0.5, STEPS + 1)[1:]
            r = root**2
            weight = r**2 * root * np.log(far / np.maximum(r, near))
            return r, weight / weight.sum()
        mu, sigma = self.sky.distance.mu[parent], self.sky.distance.sigma[parent]
        r = np.linspace(0, mu + 8 * sigma, STEPS + 1)[1:]
        weight = r**2 * np.exp(-0.5 * ((r - mu) / sigma) ** 2)
        return r, weight / weight.sum()

    def _pixels_near(self, track: Track) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
        nside = 1 << (self.order + FINER)
        pixel = np.sort(
            ah.HEALPix(nside, order="nested").cone_search_lonlat(
                units.Quantity(track.ra_deg, "deg"),
                units.Quantity(track.dec_deg, "deg"),
                units.Quantity(6 * track.sigma_deg, "deg"),
            )
        )
        lon, lat = ah.healpix_to_lonlat(pixel, nside, order="nested")
        return pixel, pixel >> (2 * FINER), np.asarray(lon.deg), np.asarray(lat.deg)

    def _fisher(self, track: Track, ra: FloatArray, dec: FloatArray) -> FloatArray:
        kappa = 1 / math.radians(track.sigma_deg) ** 2
        half = np.deg2rad(dec - track.dec_deg) / 2
        across = np.deg2rad(ra - track.ra_deg) / 2
        cosines = math.cos(math.radians(track.dec_deg)) * np.cos(np.deg2rad(dec))
        haversine = np.sin(half) ** 2 + cosines * np.sin(across) ** 2
        norm = 2 * math.pi * (1 - math.exp(-2 * kappa))
        return kappa / norm * np.exp(-2 * kappa * haversine)
