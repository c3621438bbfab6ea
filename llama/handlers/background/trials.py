"""Trials: windows of tracks that have nothing to do with the wave they are compared with."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from llama.domain.digests import Digest, digest_json
from llama.handlers.background.detecting import Prepared
from llama.handlers.background.key import Key, Kind, Search
from llama.handlers.background.population import Population
from llama.handlers.background.sets import BackgroundSet, Made
from llama.handlers.coincidence.ensemble import Ensemble
from llama.handlers.coincidence.evaluator import Evaluator
from llama.handlers.coincidence.odds import Terms
from llama.handlers.coincidence.reality import probability_real
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.neutrinos.detector import Detector
from llama.handlers.neutrinos.simulation import errors_drawn
from llama.handlers.sky.healpix import FloatArray, IntArray

CODE = "1"
"""Another version gives other odds from the same seed."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that odds of trials depend on, but for how many there are."""

    search: Search
    group: str
    instruments: tuple[str, ...]
    detector: Detector
    settings: SearchSettings
    seed: int = 0
    trials_per_map: int = 4
    """Each map is compared with so many windows: maps cost more than windows."""
    map_rounds: int = 2
    kind: Kind = "reported"

    @property
    def key(self) -> Key:
        """What the set is good for; ValueError if the group or an instrument is none."""
        return Key.of(
            self.search,
            self.group,
            self.instruments,
            self.detector,
            self.settings,
            population=self.kind,
        )

    @property
    def population(self) -> Population:
        """The triggers; Misconfigured if they cannot be simulated."""
        return Population(self.key, self.settings, self.map_rounds)

    @property
    def made(self) -> Made:
        """What the set says of how it was made."""
        return Made(
            population=self.population.words(),
            seed=self.seed,
            trials_per_map=self.trials_per_map,
            map_rounds=self.map_rounds,
            code=CODE,
            settings=self.settings,
        )

    def digest(self) -> Digest:
        """Return the identity of the odds: the same digest, seed by seed the same trials."""
        return digest_json([self.key.to_json(), self.made.model_dump(mode="json")])

    def random(self, *name: object) -> np.random.Generator:
        """Return random numbers that belong to this recipe and a name."""
        said = sha256("\n".join(map(str, (self.digest(), *name))).encode()).digest()
        return np.random.default_rng(int.from_bytes(said[:16], "big"))


def fresh_recipe(background: BackgroundSet, detector: Detector) -> Recipe:
    """Return a recipe for trials of a set's key that the set does not hold, one for each map."""
    key, made = background.key, background.made
    return Recipe(
        key.search,
        key.group,
        key.instruments,
        detector,
        made.settings,
        seed=made.seed + 1,
        trials_per_map=1,
        map_rounds=made.map_rounds,
        kind=key.population,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """What some trials gave, in their order."""

    odds: FloatArray
    counts: IntArray
    """Tracks of each trial."""
    track_odds: FloatArray
    """Of all tracks, trial by trial, if the search judges tracks by themselves."""


@dataclass(frozen=True, slots=True)
class Windows:
    """The tracks of many windows."""

    counts: IntArray
    tracks: Ensemble
    """Of all windows, one after the other."""


def simulated(recipe: Recipe, chunk: int, count: int) -> Chunk:
    """Run the trials of a chunk: the same for the same recipe, chunk and count."""
    windows = windows_drawn(recipe, count, recipe.random("tracks", chunk))
    return evaluated(recipe, windows, recipe.random("maps", chunk))


def windows_drawn(recipe: Recipe, count: int, rng: np.random.Generator) -> Windows:
    """Draw tracks by chance: Poisson numbers, uniform times and right ascensions."""
    settings, detector = recipe.settings, recipe.detector
    counts = rng.poisson(detector.rate_hz * settings.window_s, count)
    total = int(counts.sum())
    dt = rng.uniform(-settings.half_window_s, settings.half_window_s, total)
    x, z = detector.background_mixture.drawn(total, rng)
    dec = np.degrees(np.arcsin(np.clip(z, -1.0, 1.0)))
    sigma = errors_drawn(detector, x, dec, rng)
    columns = np.stack([360.0 * rng.random(total), dec, sigma, 10.0**x], axis=1)
    order = np.lexsort((dt, np.repeat(np.arange(count), counts)))
    return Windows(counts, Ensemble.drawn(dt[order], columns[order], detector))


def evaluated(recipe: Recipe, windows: Windows, rng: np.random.Generator) -> Chunk:
    """Compare windows with triggers of the population, as many with each as the recipe says."""
    odds = np.zeros(len(windows.counts))
    singles: list[float] = []
    for trial, terms in _terms(recipe, windows, rng):
        odds[trial] = terms.odds_ratio
        if recipe.search == "significant":
            singles += [one.odds_ratio for one in terms.singles]
    return Chunk(odds, windows.counts, np.array(singles, dtype=np.float64))


def _terms(
    recipe: Recipe, windows: Windows, rng: np.random.Generator
) -> Iterator[tuple[int, Terms]]:
    """Go through the windows that have tracks; maps that nobody needs are not made."""
    population, detector = recipe.population, Prepared.of(recipe.detector)
    ends = np.cumsum(windows.counts)
    for first in range(0, len(ends), recipe.trials_per_map):
        trials = range(first, min(first + recipe.trials_per_map, len(ends)))
        if not windows.counts[trials.start : trials.stop].any():
            continue
        trigger = population.drawn(rng)
        evaluator = Evaluator(trigger.sky, detector, recipe.settings, trigger.snr)
        w = None if recipe.search == "significant" else probability_real(trigger, recipe.settings)
        for trial in np.flatnonzero(windows.counts[trials.start : trials.stop]) + first:
            last = int(ends[trial])
            tracks = windows.tracks.part(last - int(windows.counts[trial]), last)
            yield int(trial), evaluator.terms(tracks, w=w)
