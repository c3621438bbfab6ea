"""The paper of a figure: its size, resolution and texts, and how it becomes bytes."""

from collections.abc import Sequence
from io import BytesIO
from typing import Literal

import matplotlib.style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from llama.handlers.sky.grids import INK

DPI = 150
SOFT = "#5d6377"
WARNING = "#8a1c12"
WARNING_PAPER = "#fdecea"
NO_METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def sheet(width_in: float, height_in: float) -> Figure:
    """Return an empty white figure."""
    figure = Figure(figsize=(width_in, height_in), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def to_bytes(figure: Figure, form: Literal["png", "pdf"]) -> bytes:
    """Return a figure's bytes, the same for the same figure."""
    content = BytesIO()
    with matplotlib.style.context("default"):
        figure.savefig(content, format=form, dpi=DPI, metadata=NO_METADATA[form])
    return content.getvalue()


def heading(figure: Figure, title: str, line: str, *, left: float = 0.03) -> None:
    """Write a title and the line below it at the top of a figure."""
    height = float(figure.get_size_inches()[1])
    figure.text(
        left,
        1 - 0.14 / height,
        title,
        size=15,
        weight="bold",
        color=INK,
        va="top",
        parse_math=False,
    )
    figure.text(left, 1 - 0.5 / height, line, size=11, color=INK, va="top", parse_math=False)


def marks(figure: Figure, texts: Sequence[str], *, left: float = 0.035) -> None:
    """Write what must not be missed (TEST, PARTIAL RESULT) in boxes below the heading."""
    width, height = (float(one) for one in figure.get_size_inches())
    for text in texts:
        figure.text(
            left, 1 - 0.84 / height, text, size=10.5, weight="bold", color=WARNING,
            ha="left", va="top",
            bbox={"facecolor": WARNING_PAPER, "edgecolor": WARNING, "pad": 4, "linewidth": 0.8},
        )  # fmt: skip
        left += (0.108 * len(text) + 0.35) / width
