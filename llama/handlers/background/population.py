"""The triggers that are simulated: what chance, or nature, gives searches for waves to report.

docs/science-background.md says where the laws come from and what they leave out.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from llama.domain.errors import Misconfigured
from llama.handlers.background.key import Key
from llama.handlers.classification import NOISE
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.coincidence.trigger import Trigger
from llama.handlers.sky.healpix import FloatArray, tile_area
from llama.handlers.sky.map import DistanceLayers, MultiOrderMap
from llama.handlers.sky.model import (
    DISTANCE_SPREAD,
    Source,
    density,
    distances,
    drawn_source,
    refined,
    response,
)

MONTH_S = 30 * 86400.0
LEAST_FAR_HZ = 1 / MONTH_S
"""Rarer triggers are significant alerts."""
MOST_FAR_HZ = 2 / 86400.0
"""More frequent ones are not published."""
REAL_HZ = 12.0 / (365.25 * 86400.0)
"""Real signals within every factor e of the false alarm rate."""
SCATTER = 1.0
"""Of the logarithm of the odds that a trigger is real, around that law."""
SIGNIFICANT_SNR = 8.0
DELAY_ERROR_S = 3.5e-4
"""Of the time delay between two detectors at an SNR of 8."""
DELAY_SPREAD = 0.5
"""Of the logarithm of this error, for bandwidths differ."""
DELAY_LIMITS_S = (1e-4, 4e-3)
NETWORKS = (("H1", "L1"),)
"""Those whose maps the model knows."""
TIME = datetime(2026, 1, 1, tzinfo=UTC)
MOCK_DELAYS_S = tuple(sorted({DELAY_ERROR_S, 1.5e-4}))
"""Those of mock notices: first ones and updates."""
DAY_S = 86400.0
WORDS = {
    "ensemble": "low-significance triggers: noise, false alarm rates uniform from 1 a month to 2 a"
    " day, SNRs by these rates; Terrestrial by a law of the false alarm rate with scatter",
    "significant": "significant alerts: real sources of SNR 8 and more, uniform in volume",
}
_MOCK = "mock events of this project, at 60 to 260 Mpc"
MOCK_WORDS = {
    "ensemble": f"{_MOCK}; {WORDS['ensemble'].removeprefix('low-significance triggers: ')}",
    "significant": _MOCK,
}


@dataclass(frozen=True, slots=True)
class Population:
    """Which triggers a search gets to see."""

    key: Key
    settings: SearchSettings
    map_rounds: int

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        refused = refusal(self.key.instruments)
        if refused:
            raise Misconfigured(refused)

    def words(self) -> str:
        """Say what is simulated."""
        maps = "mock maps of a ring of equal delay, without noise of detectors"
        name, search = self.key.population, self.key.search
        said = {"reported": WORDS[search], "mock": MOCK_WORDS[search]}[name]
        return f"{name} population: {said}; {maps}; simulated tracks of {self.key.detector}"

    def drawn(self, rng: np.random.Generator) -> Trigger:
        """Draw one trigger with its map."""
        significant = self.key.search == "significant"
        snr, far_hz = self._loud(rng) if significant else self._faint(rng)
        classification = {} if significant else {NOISE: terrestrial(far_hz, rng)}
        burst = self.key.group == "Burst"
        return Trigger(
            time=TIME,
            sky=self._map(snr, rng),
            far_hz=far_hz,
            group=self.key.group,
            classification={} if burst else classification,
            instruments=self.key.instruments,
        )

    def _loud(self, rng: np.random.Generator) -> tuple[float, float]:
        """Real sources: the volume within which they are as loud falls as SNR^-3."""
        return SIGNIFICANT_SNR * (1 - float(rng.random())) ** (-1 / 3), LEAST_FAR_HZ

    def _faint(self, rng: np.random.Generator) -> tuple[float, float]:
        """Noise: any false alarm rate is as probable, and gives the SNR."""
        far_hz = float(rng.uniform(LEAST_FAR_HZ, MOST_FAR_HZ))
        above = math.log(MOST_FAR_HZ / far_hz) / self.settings.snr_slope
        return self.settings.least_snr + above, far_hz

    def _map(self, snr: float, rng: np.random.Generator) -> MultiOrderMap:
        mock = self.key.population == "mock"
        source = drawn_mock(rng) if mock else self._reported(snr, rng)
        return map_of(source, self.map_rounds, has_distance=self.key.group == "CBC")

    def _reported(self, snr: float, rng: np.random.Generator) -> Source:
        direction, rotation = drawn_place(rng)
        low, high = self.settings.gw_energy
        power = 1.5 if self.key.search == "significant" else 0.0
        energy = drawn_power_law(low, high, power, float(rng.random()))
        distance = self.settings.horizon_scale_mpc * math.sqrt(energy) / snr
        late = DELAY_ERROR_S * SIGNIFICANT_SNR / snr * math.exp(DELAY_SPREAD * rng.normal())
        error = min(max(late, DELAY_LIMITS_S[0]), DELAY_LIMITS_S[1])
        return Source(direction, distance, error, rotation)


def refusal(instruments: tuple[str, ...]) -> str:
    """Say why triggers of a network cannot be simulated; nothing if they can."""
    if instruments in NETWORKS:
        return ""
    known = ", ".join("".join(network) for network in NETWORKS)
    return f"no maps can be simulated for {''.join(instruments)}: only for {known}"


def drawn_mock(rng: np.random.Generator) -> Source:
    """Draw the source of a mock notice."""
    time = TIME + timedelta(seconds=DAY_S * float(rng.random()))
    delay_s = float(rng.choice(MOCK_DELAYS_S))
    return drawn_source(time, seed=int(rng.integers(2**62)), delay_error_s=delay_s)


def map_of(source: Source, rounds: int, *, has_distance: bool) -> MultiOrderMap:
    """Return the map of `sky.model`, without what the odds do not need.

    The search normalises posteriors of distances by itself: their norms are 1 here.
    """
    uniq = refined(source, rounds)
    value = density(source, uniq)
    mu = distances(source, uniq)
    layers = DistanceLayers(mu, DISTANCE_SPREAD * mu, np.ones(len(mu))) if has_distance else None
    return MultiOrderMap.of(uniq, value / np.sum(value * tile_area(uniq)), distance=layers)


def terrestrial(far_hz: float, rng: np.random.Generator) -> float:
    """Draw the probability that a trigger of a false alarm rate is noise."""
    odds = REAL_HZ / far_hz * math.exp(SCATTER * rng.normal())
    return 1 / (1 + odds)


def drawn_place(rng: np.random.Generator) -> tuple[FloatArray, float]:
    """Draw a direction, where detectors hear further more often, and the Earth's rotation."""
    while True:
        up, ra, rotation, chance = rng.random(4) * (2, 2 * math.pi, 2 * math.pi, 1)
        across = math.sqrt(max(0.0, 1 - (up - 1) ** 2))
        direction = np.array([across * math.cos(ra), across * math.sin(ra), up - 1])
        source = Source(direction, 1.0, DELAY_ERROR_S, float(rotation))
        if chance < float(response(source, direction[np.newaxis])[0]) ** 1.5:
            return direction, float(rotation)


def drawn_power_law(low: float, high: float, power: float, share: float) -> float:
    """Return the quantile of x^power d ln x between two limits."""
    if power == 0:
        return low * (high / low) ** share
    first, last = low**power, high**power
    return float((first + share * (last - first)) ** (1 / power))
