"""Frames, lines of right ascension and declination, and labels, drawn around a sky map."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse

from llama.handlers.sky.graticule import Graticule, close_up_graticule, whole_sky_graticule
from llama.handlers.sky.projection import CloseUp, Mollweide

INK = "#22223b"
GRID = "#8d93a5"


def draw_whole_sky_grid(axes: Axes) -> None:
    """Draw the border of the whole sky, lines every 3 hours and 30 degrees, and their labels."""
    axes.set_axis_off()
    draw_border(axes)
    graticule = whole_sky_graticule()
    _lines(axes, graticule)
    for label in graticule.labels:
        axes.text(
            label.x, label.y, label.text, ha=label.across, va="center", size=8.5, color=INK,
            bbox={"facecolor": "white", "alpha": 0.65, "pad": 0.6, "linewidth": 0},
        )  # fmt: skip


def draw_border(axes: Axes, *, zorder: float = 1.0) -> None:
    """Draw the border of the whole sky; again, where something has covered it."""
    whole = Mollweide()
    border = Ellipse((0, 0), 2 * whole.half_width, 2 * whole.half_height, fill=False)
    border.set(edgecolor=INK, linewidth=1.0, zorder=zorder)
    axes.add_patch(border)


def draw_close_up_grid(axes: Axes, frame: CloseUp) -> None:
    """Draw lines at round degrees in a close-up, with labels at its left and bottom."""
    graticule = close_up_graticule(frame)
    _lines(axes, graticule)
    across = [label for label in graticule.labels if label.across == "center"]
    up = [label for label in graticule.labels if label.across != "center"]
    axes.set_xticks([label.x for label in across], [label.text for label in across])
    axes.set_yticks([label.y for label in up], [label.text for label in up])
    axes.tick_params(labelsize=8.5, colors=INK, length=3)
    axes.set_xlabel("Right ascension", size=9, color=INK)
    axes.set_ylabel("Declination", size=9, color=INK)
    for spine in axes.spines.values():
        spine.set(edgecolor=INK, linewidth=1.0)


def draw_frame_outline(axes: Axes, frame: CloseUp) -> None:
    """Show on the whole sky where a close-up is."""
    side = np.linspace(-1, 1, 41) * frame.half_width
    edge = np.full_like(side, frame.half_width)
    corners = ((side, edge), (side, -edge), (edge, side), (-edge, side))
    for x, y in corners:
        points = frame.to_sky(x, y)
        px, py = Mollweide().to_plane(points)
        px[1:][np.abs(np.diff(px)) > 1] = np.nan
        axes.plot(px, py, color=INK, linewidth=0.8)


def _lines(axes: Axes, graticule: Graticule) -> None:
    for x, y in graticule.lines:
        axes.plot(x, y, color=GRID, linewidth=0.5, alpha=0.6, zorder=1.5)
