"""Section 8 of docs/science.md: astrophysical tracks whose source sent no such wave.

mu(g) = (W ndot / f_b) times the integral of 4 pi r^2 I_1(r) up to the farthest horizon, for a
place of acceptance g; that of the whole sky is mu(1).
"""

import math

from llama.handlers.coincidence.settings import SearchSettings

EXPANDED_BELOW = 1e-4


def chance_tracks(settings: SearchSettings, acceptance: float = 1.0) -> float:
    """Return mu, the tracks of unseen sources that are expected within the window."""
    farthest = settings.horizons_mpc()[1]
    reached = settings.yield_scale_mpc2 * acceptance / farthest**2
    low, high = (reached * energy for energy in settings.neutrino_energy)
    volume = 4 * math.pi * farthest**3 * (_missed(high) - _missed(low)) / settings.log_range
    return settings.window_s * settings.source_rate / settings.beaming * volume


def _missed(x: float) -> float:
    """Return the integral of u^2 (1 - exp(-x/u^2)) over u from 0 to 1, for x >= 0."""
    if x < EXPANDED_BELOW:
        return x - 2 / 3 * math.sqrt(math.pi) * x**1.5 + x * x / 2
    tail = math.exp(-x) - math.sqrt(math.pi * x) * math.erfc(math.sqrt(x))
    return -math.expm1(-x) / 3 + 2 / 3 * x * tail
