"""Section 9 of docs/science.md: the terms of the odds, and the odds.

Every term is relative to the likelihood of background tracks and carries the probability of their
number, Poiss(N; lambda). The odds do not depend on it, and are made without it: it may underflow.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from llama.handlers.coincidence.chance import chance_tracks
from llama.handlers.coincidence.ensemble import Ensemble
from llama.handlers.coincidence.kernel import Kernels, Pair
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.coincidence.timing import triangle, triple

Search = Literal["significant", "ensemble"]
LEAST_LOG_POISSON = -400.0
"""Smaller ones are written as this: a file's terms still give its odds."""


@dataclass(frozen=True, slots=True)
class Single:
    """What one track adds to the odds."""

    id: str
    dt_s: float
    """t_nu - t_gw."""
    kernel: float
    """K_i: 1 where place and energy say nothing and a track is certain."""
    odds_ratio: float


@dataclass(frozen=True, slots=True)
class Doublet:
    """What two tracks of one source add to the odds."""

    ids: tuple[str, str]
    kernel: float
    odds_ratio: float


@dataclass(frozen=True, slots=True)
class Terms:
    """The odds that the wave is real and made tracks of the window, with all they are made of."""

    search: Search
    odds_ratio: float
    p_h_0: float
    """Background wave, background tracks."""
    p_h_c: float
    """Chance: p_h_s2, and a background wave with a track of an unseen source."""
    p_h_s1: float
    """Real wave that made one or two of the tracks."""
    p_h_s2: float
    """Real wave, background tracks."""
    w: float
    mu: float
    rate_lambda: float
    log_poisson: float
    singles: tuple[Single, ...]
    doublets: tuple[Doublet, ...]


def terms_of(
    tracks: Ensemble, kernels: Kernels, settings: SearchSettings, *, rate_hz: float, w: float | None
) -> Terms:
    """Return the terms; w None for a significant wave: real, and each track judged by itself."""
    real = 1.0 if w is None else w
    rate_lambda = rate_hz * settings.window_s
    log_poisson = _log_poisson(len(tracks), rate_lambda)
    factor = math.exp(max(log_poisson, LEAST_LOG_POISSON))
    by_chance = (1 - real) * _unseen(tracks, settings) / rate_lambda
    scale = real / settings.beaming / (1.0 + by_chance)
    singles = _singles(tracks, kernels, settings, scale / rate_hz)
    doublets = () if w is None else _doublets(tracks, kernels, settings, scale / rate_hz**2)
    odds = math.fsum(one.odds_ratio for one in (*singles, *doublets))
    return Terms(
        search="significant" if w is None else "ensemble",
        odds_ratio=odds,
        p_h_0=(1 - real) * factor,
        p_h_c=(real + by_chance) * factor,
        p_h_s1=odds * (1.0 + by_chance) * factor,
        p_h_s2=real * factor,
        w=real,
        mu=chance_tracks(settings),
        rate_lambda=rate_lambda,
        log_poisson=log_poisson,
        singles=singles,
        doublets=doublets,
    )


def _singles(
    tracks: Ensemble, kernels: Kernels, settings: SearchSettings, scale: float
) -> tuple[Single, ...]:
    half = settings.half_window_s
    odds = scale * triangle(tracks.dt_s, half) / half**2 * kernels.singles
    columns = zip(tracks.ids, tracks.dt_s, kernels.singles, odds, strict=True)
    return tuple(Single(name, float(dt), float(k), float(o)) for name, dt, k, o in columns)


def _doublets(
    tracks: Ensemble, kernels: Kernels, settings: SearchSettings, scale: float
) -> tuple[Doublet, ...]:
    return tuple(
        Doublet(
            (tracks.ids[pair[0]], tracks.ids[pair[1]]),
            kernel,
            scale * 2 * kernel * _time_density(tracks, pair, settings.half_window_s),
        )
        for pair, kernel in sorted(kernels.doublets.items())
    )


def _time_density(tracks: Ensemble, pair: Pair, half_window_s: float) -> float:
    first, second = (float(tracks.dt_s[place]) for place in pair)
    return triple(first, second, half_window_s) / half_window_s**3


def _unseen(tracks: Ensemble, settings: SearchSettings) -> float:
    """Return the sum of mu(g_i) s_i / (4 pi b_i)."""
    mu = [chance_tracks(settings, float(g)) for g in tracks.acceptance]
    return float(np.sum(np.array(mu) * tracks.ratio)) / (4 * math.pi)


def _log_poisson(count: int, mean: float) -> float:
    return count * math.log(mean) - mean - math.lgamma(count + 1)
