"""Made-up tracks: the background of a detector, drawn from its densities."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import numpy as np

from llama.handlers.neutrinos.detector import Detector
from llama.handlers.neutrinos.splines import FloatArray
from llama.handlers.neutrinos.track import Track, in_order

CELL = timedelta(seconds=1000)
"""Time is cut into cells of this length, each with a seed of its own."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = 6


def tracks_drawn(
    detector: Detector, rng: np.random.Generator, start: datetime, stop: datetime
) -> tuple[Track, ...]:
    """Draw the background of a time span: numbers, times, places, energies and errors.

    The number is Poisson with the detector's rate, times and right ascensions are uniform.
    """
    span_s = (stop - start).total_seconds()
    count = int(rng.poisson(detector.rate_hz * max(span_s, 0.0)))
    x, z = detector.background_mixture.drawn(count, rng)
    times = [start + timedelta(seconds=late) for late in (rng.random(count) * span_s).tolist()]
    ra = 360.0 * rng.random(count)
    dec = np.degrees(np.arcsin(np.clip(z, -1.0, 1.0)))
    sigma = errors_drawn(detector, x, dec, rng)
    return in_order(
        Track(
            id=f"sim-{time:%y%m%dT%H%M%S%f}-{number}",
            time=time,
            ra_deg=round(place[0], _DIGITS) % 360.0,
            dec_deg=round(place[1], _DIGITS),
            sigma_deg=round(place[2], _DIGITS),
            energy_gev=float(f"{10.0 ** place[3]:.6g}"),
            kind="simulated",
        )
        for number, (time, *place) in enumerate(
            zip(times, ra.tolist(), dec.tolist(), sigma.tolist(), x.tolist(), strict=True)
        )
    )


def errors_drawn(
    detector: Detector, log10_energy: FloatArray, dec_deg: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Draw the angular errors, in degrees, of tracks of given energies and declinations."""
    known = detector.angular_errors
    row = np.searchsorted(np.array(known.log10_energy_edges), log10_energy)
    tables = np.array([known.north_deg, known.south_deg])
    south = (dec_deg < known.south_below_dec_deg).astype(np.int64)
    at = rng.random(len(row)) * (tables.shape[2] - 1)
    below = np.floor(at).astype(np.int64)
    low, high = tables[south, row, below], tables[south, row, below + 1]
    return np.maximum(low + (at - below) * (high - low), detector.angular_floor_deg)


def simulated(detector: Detector, seed: str, start: datetime, stop: datetime) -> tuple[Track, ...]:
    """Return the made-up tracks of a time span: start included, stop not.

    They are always the same for a seed, and those of a span are those of its parts: every cell
    of time is drawn by itself.
    """
    first, last = (start - _EPOCH) // CELL, (stop - _EPOCH) // CELL
    drawn = (
        track
        for cell in range(first, last + 1)
        for track in _of_cell(detector, seed, _EPOCH + cell * CELL)
    )
    return in_order(track for track in drawn if start <= track.time < stop)


def _of_cell(detector: Detector, seed: str, begins: datetime) -> tuple[Track, ...]:
    digest = sha256(f"{detector.name}\n{seed}\n{begins.isoformat()}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:16], "big"))
    return tracks_drawn(detector, rng, begins, begins + CELL)
