"""A background set: the odds of many trials in which nothing but chance was at work."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from llama.domain.digests import Digest, digest_bytes
from llama.handlers.background.arrays import from_npz, to_npz
from llama.handlers.background.key import Key
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.sky.healpix import FloatArray

FORMAT = "llama background set 1"
DIGITS = 2**34
"""Of a mantissa, that are kept: ten decimal places, the same on all machines."""
_ARRAYS = frozenset({"odds", "track_odds"})


class Made(BaseModel):
    """How a set was made: with it the same set can be made again."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    population: str = Field(max_length=2000)
    """What was simulated, in words."""
    seed: int = Field(ge=0)
    trials_per_map: int = Field(ge=1)
    map_rounds: int = Field(ge=0)
    """How often tiles of the maps were split."""
    code: str
    """Version of the simulation."""
    settings: SearchSettings


class _Heading(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    format: str
    key: Key
    made: Made


@dataclass(frozen=True, eq=False)
class BackgroundSet:
    """The odds of simulated trials of one key."""

    key: Key
    made: Made
    odds: FloatArray
    """Of each trial, in rising order; many may be 0."""
    track_odds: FloatArray
    """Of each track of each trial of a search of significant alerts, in rising order."""

    @classmethod
    def of(cls, key: Key, made: Made, odds: FloatArray, track_odds: FloatArray) -> Self:
        """Make one of odds in any order; ValueError if some are none."""
        return cls._checked(key, made, np.sort(rounded(odds)), np.sort(rounded(track_odds)))

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read a set; ValueError says why a file is none."""
        said, arrays = from_npz(content, _ARRAYS)
        heading = _Heading.model_validate(said)
        if heading.format != FORMAT:
            raise ValueError(f"it is a {heading.format!r}, not a {FORMAT!r}")
        return cls._checked(heading.key, heading.made, arrays["odds"], arrays["track_odds"])

    @classmethod
    def _checked(cls, key: Key, made: Made, odds: FloatArray, track_odds: FloatArray) -> Self:
        if not len(odds):
            raise ValueError("a background set without trials")
        if key.search == "ensemble" and len(track_odds):
            raise ValueError("a search of ensembles has no odds of single tracks")
        if made.settings.digest() != key.settings_digest:
            raise ValueError("its settings are not those of its key")
        for one in (odds, track_odds):
            if not np.all(np.isfinite(one)) or np.any(one < 0) or np.any(one[1:] < one[:-1]):
                raise ValueError("its odds are not numbers from 0 upwards in rising order")
            one.flags.writeable = False
        return cls(key, made, odds, track_odds)

    @property
    def trials(self) -> int:
        """How many there are."""
        return len(self.odds)

    @property
    def maps(self) -> int:
        """How many maps they were made with: odds of one map are not quite independent."""
        return -(-self.trials // self.made.trials_per_map)

    @cached_property
    def content(self) -> bytes:
        """The set as a file: equal sets are equal bytes."""
        heading = {
            "format": FORMAT,
            "key": self.key.to_json(),
            "made": self.made.model_dump(mode="json"),
        }
        return to_npz(heading, {"odds": self.odds, "track_odds": self.track_odds})

    @cached_property
    def digest(self) -> Digest:
        """The SHA-256 of its bytes."""
        return digest_bytes(self.content)

    def p_value(self, odds: float) -> float:
        """Return how often chance gives an event such odds or higher ones."""
        return p_value(odds, self.odds)

    def track_p_value(self, odds: float) -> float | None:
        """Return how often chance gives a track such odds or higher; None if no track is known."""
        return p_value(odds, self.track_odds) if len(self.track_odds) else None


def p_value(odds: float, simulated: FloatArray) -> float:
    """Return (n_ge + 1)/(N + 1) for N simulated odds in rising order. Never 0.

    The one more is the observation itself: so P(p <= x) <= x holds for any N. ValueError for odds
    that are no number: sorted, they would be above all others.
    """
    if not odds >= 0:
        raise ValueError(f"odds of {odds} have no p-value: they are no number from 0 upwards")
    found = float(rounded(np.array([odds]))[0])
    below = int(np.searchsorted(simulated, found, side="left"))
    return (len(simulated) - below + 1) / (len(simulated) + 1)


def rounded(odds: FloatArray) -> FloatArray:
    """Return odds with ten significant digits: the last bits differ between processors."""
    mantissa, exponent = np.frexp(np.asarray(odds, dtype=np.float64))
    return np.ldexp(np.round(mantissa * DIGITS) / DIGITS, exponent)
