"""A track of a made-up source among made-up background: for rehearsals and demonstrations."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Self

import numpy as np

from llama.handlers.neutrinos.detector import Detector
from llama.handlers.neutrinos.simulation import errors_drawn
from llama.handlers.neutrinos.track import Track

FORM = "TIME,RA,DEC,ENERGY: ISO 8601 in UTC, degrees, degrees, GeV"
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Injection:
    """A neutrino from a place, which the detector sees with an error of its own."""

    time: datetime
    ra_deg: float
    """Of the source, ICRS; the track is found somewhere around it."""
    dec_deg: float
    energy_gev: float

    @classmethod
    def parsed(cls, said: str) -> Self:
        """Read TIME,RA,DEC,ENERGY; ValueError says what is wrong with it."""
        parts = said.split(",")
        if len(parts) != 4:
            raise ValueError(f"{said!r} is no track to inject: give {FORM}")
        try:
            time = datetime.fromisoformat(parts[0])
            one = cls(time.astimezone(UTC), *(float(part) for part in parts[1:]))
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{said!r} is no track to inject ({error}): give {FORM}") from error
        if time.tzinfo is None or not one._is_possible():
            raise ValueError(f"{said!r} is no track to inject, it is out of range: give {FORM}")
        return one

    def _is_possible(self) -> bool:
        place = 0.0 <= self.ra_deg < 360.0 and -90.0 <= self.dec_deg <= 90.0
        return place and 100.0 <= self.energy_gev <= 1e8

    @property
    def text(self) -> str:
        """The injection as `parsed` reads it."""
        time = self.time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return f"{time},{self.ra_deg:g},{self.dec_deg:g},{self.energy_gev:g}"

    def track(self, detector: Detector, seed: str) -> Track:
        """Return the track that the detector sees: error and offset drawn from it and the seed."""
        digest = sha256(f"{detector.name}\n{seed}\n{self.text}".encode()).digest()
        rng = np.random.default_rng(int.from_bytes(digest[:16], "big"))
        x, dec = np.array([math.log10(self.energy_gev)]), np.array([self.dec_deg])
        sigma = round(float(errors_drawn(detector, x, dec, rng)[0]), _DIGITS)
        ra_deg, dec_deg = self._seen(sigma, rng)
        return Track(
            id=f"injected-{self.time:%y%m%dT%H%M%S%f}",
            time=self.time,
            ra_deg=ra_deg,
            dec_deg=dec_deg,
            sigma_deg=sigma,
            energy_gev=self.energy_gev,
            kind="simulated",
        )

    def _seen(self, sigma_deg: float, rng: np.random.Generator) -> tuple[float, float]:
        """Move the place by a Gaussian error of `sigma_deg` in each of two directions."""
        apart = math.radians(sigma_deg) * math.sqrt(-2.0 * math.log1p(-rng.random()))
        bearing, dec = 2.0 * math.pi * rng.random(), math.radians(self.dec_deg)
        z = math.sin(dec) * math.cos(apart) + math.cos(dec) * math.sin(apart) * math.cos(bearing)
        east = math.atan2(
            math.sin(bearing) * math.sin(apart) * math.cos(dec),
            math.cos(apart) - math.sin(dec) * z,
        )
        ra_deg = round((self.ra_deg + math.degrees(east)) % 360.0, _DIGITS) % 360.0
        return ra_deg, round(math.degrees(math.asin(max(-1.0, min(1.0, z)))), _DIGITS)
