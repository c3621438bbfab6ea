"""IceCube's public ten-year release of point-source tracks (2008 to 2018), as it is downloaded."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from llama.domain.errors import Misconfigured
from llama.handlers.neutrinos.frames import mjd_of, time_of
from llama.handlers.neutrinos.splines import FloatArray
from llama.handlers.neutrinos.tables import columns
from llama.handlers.neutrinos.track import Track, in_order

_DAY_S = 86400.0


@dataclass(frozen=True)
class Release:
    """The folder of the release, with `events`, `uptime` and `irfs` in it; any seasons of it."""

    folder: Path

    @cached_property
    def events(self) -> FloatArray:
        """All events: MJD, log10(E/GeV), error, RA, dec, azimuth and zenith in degrees."""
        paths = sorted((self.folder / "events").glob("*_exp.csv"))
        if not paths:
            raise Misconfigured(f"{self.folder} has no events/*_exp.csv: unpack the release there")
        return np.concatenate([columns(path, 7) for path in paths])

    @cached_property
    def uptime(self) -> FloatArray:
        """All good runs: first and last MJD."""
        paths = sorted((self.folder / "uptime").glob("*_exp.csv"))
        if not paths:
            raise Misconfigured(f"{self.folder} has no uptime/*_exp.csv: unpack the release there")
        return np.concatenate([columns(path, 2) for path in paths])

    @property
    def live_s(self) -> float:
        """Seconds of all good runs together."""
        return float((self.uptime[:, 1] - self.uptime[:, 0]).sum()) * _DAY_S

    def covers(self, start: datetime, stop: datetime) -> bool:
        """Tell whether a time span lies within a season: the detector may have paused in it."""
        first, last = float(self.uptime.min()), float(self.uptime.max())
        return first <= mjd_of(start) and mjd_of(stop) <= last

    def tracks(self, start: datetime, stop: datetime) -> tuple[Track, ...]:
        """Return the tracks of a time span: start included, stop not."""
        mjd = self.events[:, 0]
        rows = np.flatnonzero((mjd >= mjd_of(start)) & (mjd < mjd_of(stop)))
        return in_order(_track(self.events[row].tolist()) for row in rows)

    def effective_area(self, season: str) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return edges of log10(E/GeV), edges of declination, and areas in cm2 between them."""
        rows = columns(self.folder / "irfs" / f"{season}_effectiveArea.csv", 5)
        energies = np.append(np.unique(rows[:, 0]), rows[:, 1].max())
        declinations = np.append(np.unique(rows[:, 2]), rows[:, 3].max())
        areas = np.zeros((len(energies) - 1, len(declinations) - 1))
        at = np.searchsorted(energies, rows[:, 0]), np.searchsorted(declinations, rows[:, 2])
        areas[at] = rows[:, 4]
        return energies, declinations, areas


def _track(row: list[float]) -> Track:
    mjd, log10_energy, sigma, ra, dec, azimuth, zenith = row
    return Track(
        # Events of the release have no names.
        id=f"{mjd:.8f}.{ra:.3f}",
        time=time_of(mjd),
        ra_deg=ra % 360.0,
        dec_deg=dec,
        sigma_deg=sigma,
        energy_gev=10.0**log10_energy,
        zenith_deg=zenith,
        azimuth_deg=azimuth % 360.0,
        kind="observation",
    )
