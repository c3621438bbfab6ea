"""Fit the detectors' figures to the public releases: `python -m llama.handlers.neutrinos.fitting`.

    python -m llama.handlers.neutrinos.fitting FOLDER OUTPUT

FOLDER holds the releases as they are downloaded: `icecube_10yr_ps` (events and uptime of IC40,
effective areas of IC40 and IC86_II) and `icecat1` (the catalogue and its effective areas). OUTPUT
gets one JSON file for each detector. The package carries what this gives; not the releases.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llama.domain.digests import canonical_json
from llama.handlers.neutrinos.icecat import IceCat
from llama.handlers.neutrinos.regression import Counts, Stiffness, fitted
from llama.handlers.neutrinos.release import Release
from llama.handlers.neutrinos.splines import Axis, FloatArray
from llama.handlers.neutrinos.tables import columns

IntArray = NDArray[np.intp]

X, Z = Axis(2.0, 8.0, 61), Axis(-1.0, 1.0, 26)
"""Nodes of log10(E/GeV) and of the sine of declination."""
GFU_RATE_HZ = 0.0064
"""Of the online tracks of the O4 search: a published figure, no fit."""
FLOOR_DEG = 0.2
SIGNAL_COUNTS = 1e5
"""Weight of an effective area in its fit, as if so many events had been simulated."""
SIGNAL_STIFFNESS, EVENTS_STIFFNESS = Stiffness(1.0, 1.0), Stiffness(3.0, 1.0)
CATALOGUE_STIFFNESS = Stiffness(1.0, 3.0)
ASTROPHYSICAL: Mapping[str, float] = {"ic40": 1.7e-3, "gfu": 6e-4, "icecat": 1e-2}
"""Share of the background that is distributed as a diffuse E^-2 flux. It bounds the ratio of signal
to background where no track was ever seen."""
ATMOSPHERIC = 0.01
"""Share, at every declination, that is distributed in energy as an E^-3.7 flux through the area:
it keeps that ratio low below the energies seen."""
ATMOSPHERIC_SOUTH: Mapping[str, float] = {"gfu": 0.5}
"""The same share in the south, where it differs: the online selection has no such thresholds there
as IC40, which cuts its tracks at energies of up to 300 TeV."""
ATMOSPHERIC_STEEPER_BY = 1.7
LEAST = 1e-10
"""Of a signal's weights, relative to the largest."""
SCALING = (0.03, 30.0)
"""Bounds of the ratio of two effective areas."""
SOUTH_BELOW_DEC_DEG = -5.0
ERROR_EDGES = (3.25, 3.75, 4.25, 5.25, 5.75)
QUANTILES = np.linspace(0.0, 1.0, 21)
FEWEST = 100
"""Tracks in a range of energies; with fewer it takes the quantiles of the nearest other."""
ICECAT_BANDS_DEG = (-90.0, -30.0, -5.0, 0.0, 30.0, 90.0)


@dataclass(frozen=True)
class Fits:
    """The fits to the releases in a folder, each made when it is asked for."""

    folder: Path

    @property
    def release(self) -> Release:
        """The ten-year release."""
        return Release(self.folder / "icecube_10yr_ps")

    @property
    def catalogue(self) -> IceCat:
        """The catalogue of alerts."""
        return IceCat(self.folder / "icecat1" / "IceCube_Gold_Bronze_Tracks.csv")

    @cached_property
    def ic40_signal(self) -> FloatArray:
        """Weights of an E^-2 flux through IC40's effective area."""
        return _signal(*self.release.effective_area("IC40"))

    @cached_property
    def ic86_signal(self) -> FloatArray:
        """Weights of an E^-2 flux through the effective area of the full detector."""
        return _signal(*self.release.effective_area("IC86_II"))

    @cached_property
    def icecat_signal(self) -> FloatArray:
        """Weights of an E^-2 flux through the effective area of the alerts."""
        areas = self.folder / "icecat1" / "eff_area" / "Effa_all_streams_gold_bronze.txt"
        rows = columns(areas, 6)
        centres = np.log10(rows[:, 0])
        half = (centres[1] - centres[0]) / 2.0
        edges = np.append(centres - half, centres[-1] + half)
        return _signal(edges, np.array(ICECAT_BANDS_DEG), rows[:, :0:-1])

    @cached_property
    def ic40_background(self) -> FloatArray:
        """Weights of IC40's events."""
        events = self.release.events
        return _events(events[:, 1], events[:, 4], EVENTS_STIFFNESS)

    @cached_property
    def icecat_background(self) -> FloatArray:
        """Weights of the catalogue's tracks."""
        tracks = self.catalogue.all_tracks
        energies = np.log10([track.energy_gev for track in tracks])
        return _events(energies, np.array([one.dec_deg for one in tracks]), CATALOGUE_STIFFNESS)

    def ic40(self) -> dict[str, object]:
        """Return IC40: its own events, live time and effective area."""
        rate = len(self.release.events) / self.release.live_s
        weights = self.ic40_background, self.ic40_signal
        told = "IceCube's ten-year release: events, uptime and effective area of IC40"
        return _file("ic40", told, rate, weights, self._release_errors())

    def gfu(self) -> dict[str, object]:
        """Return a detector like the online tracks of IC86: IC40's events, scaled."""
        scale = np.clip(self.ic86_signal / self.ic40_signal, *SCALING)
        weights = self.ic40_background * scale, self.ic86_signal
        told = (
            "IceCube's ten-year release: effective area of IC86_II; events of IC40, scaled by the "
            "ratio of both effective areas; rate of the O4 search"
        )
        return _file("gfu", told, GFU_RATE_HZ, weights, self._release_errors())

    def icecat(self) -> dict[str, object]:
        """Return the alerts: their own catalogue, and effective area."""
        tracks = self.catalogue.all_tracks
        rate = len(tracks) / (tracks[-1].time - tracks[0].time).total_seconds()
        weights = self.icecat_background, self.icecat_signal
        told = "IceCat-1: its tracks, the time from first to last, effective area of all streams"
        return _file("icecat", told, rate, weights, self._catalogue_errors())

    def _release_errors(self) -> dict[str, object]:
        events = self.release.events
        return _errors(events[:, 1], events[:, 4], events[:, 2], ERROR_EDGES)

    def _catalogue_errors(self) -> dict[str, object]:
        tracks = self.catalogue.all_tracks
        rows = np.array([(one.energy_gev, one.dec_deg, one.sigma_deg) for one in tracks])
        return _errors(np.log10(rows[:, 0]), rows[:, 1], rows[:, 2], ())


def _signal(energy_edges: FloatArray, dec_edges_deg: FloatArray, areas: FloatArray) -> FloatArray:
    """Fit what an E^-2 flux gives: the effective area over E, per unit of log E and solid angle."""
    energy = _centres(energy_edges)
    inside = (energy > X.low) & (energy < X.high)
    z_edges = np.sin(np.radians(dec_edges_deg))
    z = _centres(np.linspace(Z.low, Z.high, 51, dtype=np.float64))
    bins = np.clip(np.searchsorted(z_edges, z) - 1, 0, areas.shape[1] - 1)
    expected = (areas * 10.0 ** -energy[:, np.newaxis])[inside][:, bins]
    counts = expected * (SIGNAL_COUNTS / expected.sum())
    weights = fitted(Counts(energy[inside], z, counts), X, Z, SIGNAL_STIFFNESS).weights
    return np.maximum(weights, LEAST * weights.max())


def _events(log10_energy: FloatArray, dec_deg: FloatArray, stiffness: Stiffness) -> FloatArray:
    x_edges = np.linspace(X.low, X.high, 121, dtype=np.float64)
    z_edges = np.linspace(Z.low, Z.high, 101, dtype=np.float64)
    z = np.sin(np.radians(dec_deg))
    number = np.histogram2d(log10_energy, z, (x_edges, z_edges))[0]
    return fitted(Counts(_centres(x_edges), _centres(z_edges), number), X, Z, stiffness).weights


def _centres(edges: FloatArray) -> FloatArray:
    return (edges[1:] + edges[:-1]) / 2.0


def _errors(
    log10_energy: FloatArray, dec_deg: FloatArray, sigma_deg: FloatArray, edges: Iterable[float]
) -> dict[str, object]:
    """Return the quantiles of the angular errors, by hemisphere and energy."""
    inner = list(edges)
    row = np.searchsorted(np.array(inner), log10_energy)
    south = dec_deg < SOUTH_BELOW_DEC_DEG
    return {
        "log10_energy_edges": inner,
        "north_deg": _quantiles(row[~south], sigma_deg[~south], len(inner) + 1),
        "south_deg": _quantiles(row[south], sigma_deg[south], len(inner) + 1),
        "south_below_dec_deg": SOUTH_BELOW_DEC_DEG,
    }


def _quantiles(row: IntArray, sigma_deg: FloatArray, rows: int) -> list[list[float]]:
    enough = [one for one in range(rows) if np.count_nonzero(row == one) >= FEWEST] or [0]
    nearest = [min(enough, key=lambda other: abs(other - one)) for one in range(rows)]
    kept = [np.maximum(sigma_deg[row == one], FLOOR_DEG) for one in nearest]
    return [np.round(np.quantile(values, QUANTILES), 3).tolist() for values in kept]


def _file(
    name: str,
    provenance: str,
    rate_hz: float,
    weights: tuple[FloatArray, FloatArray],
    errors: Mapping[str, object],
) -> dict[str, object]:
    """Return what a detector's file says; weights of the background, then of the signal."""
    background, signal = (one / one.sum() for one in weights)
    astrophysical = ASTROPHYSICAL[name]
    share = ATMOSPHERIC_SOUTH.get(name, ATMOSPHERIC)
    chance = (1.0 - astrophysical) * _with_atmospheric(background, signal, share)
    chance = chance + astrophysical * signal
    return {
        "name": name,
        "provenance": provenance,
        "rate_hz": float(f"{rate_hz:.4g}"),
        "angular_floor_deg": FLOOR_DEG,
        "signal": _grid(signal),
        "background": _grid(chance),
        "angular_errors": dict(errors),
    }


def _with_atmospheric(background: FloatArray, signal: FloatArray, south: float) -> FloatArray:
    """Give a share of every declination the energies of an E^-3.7 flux."""
    steeper = 10.0 ** (-ATMOSPHERIC_STEEPER_BY * np.linspace(X.low, X.high, X.nodes))
    energies = signal * steeper[:, np.newaxis]
    energies = energies / energies.sum(axis=0)
    nodes = np.linspace(Z.low, Z.high, Z.nodes)
    share = np.where(nodes < np.sin(np.radians(SOUTH_BELOW_DEC_DEG)), south, ATMOSPHERIC)
    return (1.0 - share) * background + share * background.sum(axis=0) * energies


def _grid(weights: FloatArray) -> dict[str, object]:
    rounded = [[float(f"{value:.5g}") for value in row] for row in weights.tolist()]
    return {"log10_energy_range": [X.low, X.high], "weights": rounded}


def main(arguments: list[str]) -> int:
    """Fit all detectors and write their files; return the exit status."""
    if len(arguments) != 2:
        sys.stderr.write(__doc__ or "")
        return 2
    fits, output = Fits(Path(arguments[0])), Path(arguments[1])
    for fit in (fits.ic40, fits.gfu, fits.icecat):
        said = fit()
        (output / f"{said['name']}.json").write_bytes(canonical_json(said) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
