"""The tracks of one window as arrays: what of each the model needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import numpy as np

from llama.handlers.coincidence.densities import Densities
from llama.handlers.coincidence.sphere import unit_vectors
from llama.handlers.neutrinos.track import Track
from llama.handlers.sky.healpix import FloatArray

LARGEST_RATIO = 1e12
"""Of signal to background densities: beyond it a table is wrong, not a neutrino."""


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """Tracks in the order of their times; every array has one entry for each."""

    ids: tuple[str, ...]
    dt_s: FloatArray
    """t_nu - t_gw."""
    vectors: FloatArray
    """(n, 3)."""
    sigma_rad: FloatArray
    """Raised to the detector's floor."""
    ratio: FloatArray
    """s_i / b_i, in sr."""
    acceptance: FloatArray
    """g at the track's declination."""

    @classmethod
    def of(cls, tracks: Sequence[Track], gw_time: datetime, detector: Densities) -> Self:
        """Sort tracks by time and id, whatever their order, and look their densities up."""
        known = sorted(tracks, key=lambda track: (track.time, track.id))
        dt = np.array([(track.time - gw_time) / timedelta(seconds=1) for track in known])
        columns = [(one.ra_deg, one.dec_deg, one.sigma_deg, one.energy_gev) for one in known]
        return cls.drawn(
            dt, np.array(columns).reshape(-1, 4), detector, ids=tuple(one.id for one in known)
        )

    @classmethod
    def drawn(
        cls,
        dt_s: FloatArray,
        columns: FloatArray,
        detector: Densities,
        *,
        ids: tuple[str, ...] | None = None,
    ) -> Self:
        """Make one of arrays: dt (n,) and right ascension, declination, error, energy (n, 4).

        In degrees and GeV. For trials in great numbers, which have no `Track` of each.
        """
        ra, dec, sigma, energy = columns.T
        low, high = detector.energy_range_gev
        energy = np.clip(energy, low, high)
        return cls(
            ids=ids or tuple(map(str, range(len(dt_s)))),
            dt_s=np.asarray(dt_s, dtype=np.float64),
            vectors=unit_vectors(ra, dec),
            sigma_rad=np.deg2rad(np.maximum(sigma, detector.angular_floor_deg)),
            ratio=_ratio(detector.signal(energy, dec), detector.background(energy, dec)),
            acceptance=detector.acceptance(dec),
        )

    def __len__(self) -> int:
        return len(self.dt_s)

    def part(self, first: int, last: int) -> Self:
        """Return the tracks at some places, the last excluded."""
        at = slice(first, last)
        return type(self)(
            self.ids[at],
            self.dt_s[at],
            self.vectors[at],
            self.sigma_rad[at],
            self.ratio[at],
            self.acceptance[at],
        )


def _ratio(signal: FloatArray, background: FloatArray) -> FloatArray:
    least = np.maximum(signal / LARGEST_RATIO, np.finfo(np.float64).tiny)
    return signal / np.maximum(background, least)
