"""Figures of runs, drawn, and what is to be read in the drawing."""

from collections import Counter
from random import Random

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from llama.adapters.matplotlib_pictures import Draw
from llama.domain.assessment import Status
from llama.ports.pictures import RunFigures

EMPTY = RunFigures(0, ("Skymap",), {}, {})
SMALL = RunFigures(
    4,
    ("Skymap", "Plot"),
    {"Skymap": [0.5, 2.0, 8.0, 4.0]},
    {"Skymap": {"current": 3, "frozen": 1}, "Plot": {"failed": 1, "missing": 3}},
)


def figures_with(handlers: int, *, events: int = 20) -> RunFigures:
    chance = Random(handlers)
    names = tuple(f"NeutrinoCoincidenceSummary{number}" for number in range(handlers))
    statuses = [status.value for status in Status]
    return RunFigures(
        events,
        names,
        {name: [chance.lognormvariate(0, 2) for _ in range(events)] for name in names},
        {name: Counter(chance.choices(statuses, k=events)) for name in names},
    )


def drawn(draw: Draw, figures: RunFigures) -> Axes:
    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    draw(axes, figures)
    return axes


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def points(axes: Axes) -> list[tuple[float, float]]:
    """Return wall time and height of each point."""
    [line] = axes.get_lines()
    return [(float(x), float(y)) for x, y in np.asarray(line.get_xydata(), dtype=float)]


def labels(axes: Axes) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def remarks(axes: Axes) -> list[str]:
    """Return what stands at the right of the rows."""
    return [label.get_text() for label in axes.child_axes[0].get_yticklabels()]
