"""A detector that sees little, recipes for it, and small background sets."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from llama.domain.digests import digest_json
from llama.handlers.background.key import Kind, Search
from llama.handlers.background.population import Population
from llama.handlers.background.sets import BackgroundSet
from llama.handlers.background.trials import Recipe, Windows, windows_drawn
from llama.handlers.coincidence.ensemble import Ensemble
from llama.handlers.coincidence.evaluator import Evaluator
from llama.handlers.coincidence.reality import probability_real
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.neutrinos.detector import Detector, detector_named
from llama.handlers.sky.healpix import FloatArray, centres

NETWORK = ("H1", "L1")


def a_quiet_detector() -> Detector:
    """Return IC40 with so low a rate that half of all windows are empty."""
    figures = detector_named("ic40")
    return replace(figures, name="quiet", rate_hz=7e-4, digest=digest_json("quiet"))


def a_recipe(
    search: Search = "ensemble",
    *,
    seed: int = 0,
    trials_per_map: int = 20,
    group: str = "CBC",
    kind: Kind = "reported",
) -> Recipe:
    """Return a recipe with the coarsest maps."""
    return Recipe(
        search,
        group,
        NETWORK,
        a_quiet_detector(),
        SearchSettings(),
        seed=seed,
        trials_per_map=trials_per_map,
        map_rounds=0,
        kind=kind,
    )


def a_set(
    odds: Sequence[float] = (0.0, 0.0, 1.0, 2.0, 2.0),
    tracks: Sequence[float] = (),
    *,
    recipe: Recipe | None = None,
) -> BackgroundSet:
    """Return a set of odds that nobody simulated."""
    recipe = recipe or a_recipe("significant" if tracks else "ensemble")
    return BackgroundSet.of(recipe.key, recipe.made, np.array(odds), np.array(tracks))


def planted_odds(recipe: Recipe, trials: int) -> FloatArray:
    """Return the odds of windows to each of which a track of the wave's source was added."""
    rng = recipe.random("planted")
    windows = windows_drawn(recipe, trials, recipe.random("around"))
    return np.array([_planted(recipe, windows, trial, rng) for trial in range(trials)])


def _planted(recipe: Recipe, windows: Windows, trial: int, rng: np.random.Generator) -> float:
    trigger = Population(recipe.key, recipe.settings, recipe.map_rounds).drawn(rng)
    sky = trigger.sky
    tile = rng.choice(len(sky.uniq), p=sky.probability / sky.probability.sum())
    at = centres(sky.uniq[[tile]])
    energy = 10 ** rng.uniform(3, 6)
    row = [float(at.ra_deg[0]), float(at.dec_deg[0]), 0.6, energy]
    dt = rng.triangular(-500, 0, 500)
    own = Ensemble.drawn(np.array([dt]), np.array([row]), recipe.detector)
    last = int(windows.counts[: trial + 1].sum())
    around = windows.tracks.part(last - int(windows.counts[trial]), last)
    w = None if recipe.search == "significant" else probability_real(trigger, recipe.settings)
    evaluator = Evaluator(sky, recipe.detector, recipe.settings)
    return evaluator.terms(_both(around, own), w=w).odds_ratio


def _both(some: Ensemble, others: Ensemble) -> Ensemble:
    return Ensemble(
        tuple(map(str, range(len(some) + len(others)))),
        np.concatenate([some.dt_s, others.dt_s]),
        np.concatenate([some.vectors, others.vectors]),
        np.concatenate([some.sigma_rad, others.sigma_rad]),
        np.concatenate([some.ratio, others.ratio]),
        np.concatenate([some.acceptance, others.acceptance]),
    )
