"""Does chance give p-values as it should? Fresh trials, judged by a set like an observation."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from llama.handlers.background.processes import results
from llama.handlers.background.sets import BackgroundSet, p_value, rounded
from llama.handlers.background.trials import Chunk, Recipe, simulated
from llama.handlers.sky.healpix import FloatArray, IntArray

LEVELS = (0.5, 0.1, 0.05, 0.01)
SIGMAS = 3.0
LEAST_KS_P = 0.0027
"""Three standard deviations of a Gaussian, both sides."""
CHUNK = 250
TERMS = 100


@dataclass(frozen=True, slots=True)
class Level:
    """How often chance gives a p-value up to some x."""

    x: float
    share: float
    sigma: float
    """Of the share, if it is x: for so many trials judged by so many independent ones."""

    @property
    def passes(self) -> bool:
        """Whether it is at most x, three standard deviations granted."""
        return self.share <= self.x + SIGMAS * self.sigma


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """How p-values of chance are distributed."""

    name: str
    """Whose: event or track."""
    trials: int
    background: int
    """Odds that they were judged by."""
    independent: int
    """How many of these count: as many as have a map of their own."""
    levels: tuple[Level, ...]
    ks_p: float
    """Of the randomised p-values being uniform."""
    plain_ks_p: float
    """The same of the p-values themselves: they are not, for many odds are equal."""
    randomised: FloatArray
    """In rising order."""

    @property
    def effective(self) -> float:
        """Size of the sample for tests of two samples."""
        return effective_size(self.trials, self.independent)

    @property
    def passes(self) -> bool:
        """Whether p-values promise no more than they keep."""
        return self.ks_p >= LEAST_KS_P and all(level.passes for level in self.levels)

    def to_json(self) -> dict[str, object]:
        """Return the figures as a JSON value."""
        levels = [
            {"x": one.x, "share": one.share, "sigma": one.sigma, "passes": one.passes}
            for one in self.levels
        ]
        return {
            "of": self.name,
            "trials": self.trials,
            "background": self.background,
            "independent": self.independent,
            "levels": levels,
            "ks_p": self.ks_p,
            "plain_ks_p": self.plain_ks_p,
            "passes": self.passes,
        }


def effective_size(trials: int, independent: int) -> float:
    """Return n M / (n + M): the size of a sample for tests of two samples."""
    return trials * independent / (trials + independent)


def calibration(
    name: str,
    odds: FloatArray,
    simulated_odds: FloatArray,
    independent: int,
    rng: np.random.Generator,
) -> Calibration:
    """Judge odds of fresh trials by simulated odds in rising order.

    Simulated odds that share a map are not independent of each other: `independent` of them are
    at least, and chance is granted what it does to so many.
    """
    plain = np.array([p_value(float(one), simulated_odds) for one in odds])
    randomised = np.sort(randomised_p(odds, simulated_odds, rng))
    effective = effective_size(len(odds), independent)
    levels = [
        Level(x, float(np.mean(plain <= x)), math.sqrt(x * (1 - x) / effective)) for x in LEVELS
    ]
    return Calibration(
        name,
        len(odds),
        len(simulated_odds),
        independent,
        tuple(levels),
        uniform_p(randomised, effective),
        uniform_p(np.sort(plain), effective),
        randomised,
    )


def randomised_p(
    odds: FloatArray, simulated_odds: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Return (n_gt + U (n_eq + 1))/(N + 1), U uniform: uniform also where many odds are equal."""
    found = rounded(odds)
    at_least = len(simulated_odds) - np.searchsorted(simulated_odds, found, side="left")
    above = len(simulated_odds) - np.searchsorted(simulated_odds, found, side="right")
    share = rng.random(len(found))
    return (above + share * (at_least - above + 1)) / (len(simulated_odds) + 1)


def uniform_p(values: FloatArray, effective: float) -> float:
    """Return the p-value of a Kolmogorov-Smirnov test that sorted values are uniform in 0..1.

    `effective` is the size of the sample for the test of two samples, n N / (n + N).
    """
    count = len(values)
    steps = np.arange(count + 1) / count
    distance = float(max(np.max(steps[1:] - values), np.max(values - steps[:-1])))
    root = math.sqrt(effective)
    x = (root + 0.12 + 0.11 / root) * distance
    if x < 0.3:
        return 1.0
    terms = ((-1) ** (k - 1) * math.exp(-2 * (k * x) ** 2) for k in range(1, TERMS))
    return min(1.0, max(0.0, 2 * math.fsum(terms)))


def calibrations(background: BackgroundSet, trials: Chunk, seed: int) -> list[Calibration]:
    """Judge fresh trials by a set: events, and one track of each if the search judges tracks."""
    rng = np.random.default_rng(seed)
    maps = background.maps
    found = [calibration("event", trials.odds, background.odds, maps, rng)]
    if len(background.track_odds) and len(trials.track_odds):
        one = trials.track_odds[one_of_each(trials.counts, rng)]
        maps = min(maps, len(background.track_odds))
        found.append(calibration("track", one, background.track_odds, maps, rng))
    return found


def one_of_each(counts: IntArray, rng: np.random.Generator) -> IntArray:
    """Return the place of one track, drawn, of every window that has any.

    Tracks of one window share a map: together they would not be independent.
    """
    first = np.cumsum(counts) - counts
    drawn = (rng.random(len(counts)) * counts).astype(np.int64)
    return (first + drawn)[counts > 0]


def fresh(
    recipe: Recipe, trials: int, *, jobs: int = 1, told: Callable[[int], None] | None = None
) -> Chunk:
    """Run trials that no set holds: each with a map of its own."""
    sizes = [min(CHUNK, trials - first) for first in range(0, trials, CHUNK)]
    tasks = [partial(simulated, recipe, place, size) for place, size in enumerate(sizes)]
    chunks: dict[int, Chunk] = {}
    for place, chunk in results(tasks, jobs):
        chunks[place] = chunk
        if told:
            told(sum(len(one.odds) for one in chunks.values()))
    return joined([chunks[place] for place in sorted(chunks)])


def joined(chunks: Sequence[Chunk]) -> Chunk:
    """Return trials one after the other."""
    return Chunk(
        np.concatenate([one.odds for one in chunks]),
        np.concatenate([one.counts for one in chunks]),
        np.concatenate([one.track_odds for one in chunks]),
    )
