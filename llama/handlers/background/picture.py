"""A picture of a calibration: how far p-values of chance are from where they should be."""

from collections.abc import Sequence
from io import BytesIO

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from llama.handlers.background.calibration import SIGMAS, Calibration
from llama.handlers.sky.healpix import FloatArray

DPI = 150
COLOURS = {"event": "#0b3c5d", "track": "#c44601"}
LEAST = 1e-3


def to_png(found: Sequence[Calibration], title: str) -> bytes:
    """Return a PNG: the share of trials with a p-value up to x, over x, both logarithmic."""
    with matplotlib.style.context("default"):
        figure = Figure(figsize=(6.4, 5.6), dpi=DPI, facecolor="white", layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        _draw(axes, found)
        axes.set_title(title, fontsize=10, loc="left")
        content = BytesIO()
        figure.savefig(content, format="png", dpi=DPI, metadata={"Software": None})
    return content.getvalue()


def allowance(x: FloatArray, found: Sequence[Calibration]) -> FloatArray:
    """Return how far shares may be from x by chance: that of the smallest sample of several."""
    return SIGMAS * np.sqrt(x * (1 - x) / min(one.effective for one in found))


def _draw(axes: Axes, found: Sequence[Calibration]) -> None:
    x = np.geomspace(LEAST, 1.0, 400)
    granted = allowance(x, found)
    low = np.maximum(x - granted, LEAST / 10)
    axes.fill_between(x, low, x + granted, color="#d9dde6", label="3 standard deviations", lw=0)
    axes.plot(x, x, color="#3d4152", lw=0.9, ls="--", label="what must be")
    for one in found:
        share = np.searchsorted(one.randomised, x, side="right") / one.trials
        axes.plot(x, share, color=COLOURS[one.name], lw=1.4, label=f"{one.name}, randomised")
        levels = [(level.x, level.share) for level in one.levels if level.share > 0]
        axes.plot(*zip(*levels, strict=True), "o", color=COLOURS[one.name], label=one.name)
    axes.set(xscale="log", yscale="log", xlim=(LEAST, 1), ylim=(LEAST / 2, 1.05))
    axes.set_xlabel("p-value x")
    axes.set_ylabel("share of trials of chance with p ≤ x")
    axes.grid(visible=True, color="#e8eaef", lw=0.6)
    axes.legend(loc="upper left", fontsize=8, frameon=False)
