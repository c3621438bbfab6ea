"""Section 2 of docs/science.md: how well times fit one source."""

import numpy as np

from llama.handlers.sky.healpix import FloatArray


def triangle(dt_s: FloatArray, half_window_s: float) -> FloatArray:
    """Return T = max(0, 500 s - |dt|) for dt = t_nu - t_gw; T / (500 s)^2 is the density of dt."""
    return np.maximum(0.0, half_window_s - np.abs(dt_s))


def triple(first_s: float, second_s: float, half_window_s: float) -> float:
    """Return T_3 = max(0, 500 s - spread of the wave and two tracks), from their dt."""
    spread = max(first_s, second_s, 0.0) - min(first_s, second_s, 0.0)
    return max(0.0, half_window_s - spread)
