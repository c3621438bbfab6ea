"""Draw a sky map: the whole sky, and a close-up where the source is well localised.

The same map gives the same bytes: no dates, no program names, no settings of the user.
"""

import math
from collections.abc import Iterable, Sequence
from io import BytesIO

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from llama.handlers.sky.grids import (
    INK,
    draw_close_up_grid,
    draw_frame_outline,
    draw_whole_sky_grid,
)
from llama.handlers.sky.healpix import Positions
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.projection import CloseUp, Mollweide, Projection
from llama.handlers.sky.raster import close_up, density_per_deg2, tiles_under
from llama.handlers.sky.regions import credible_areas, credible_levels, peak

LEVELS = (0.5, 0.9)
DPI = 150
COLOURS = ("#ffffff", "#fde3c8", "#fbb67d", "#f0743e", "#c5362f", "#7d1338", "#2d0a2e")
LINE_STYLES = ("solid", (0, (4, 1.5)))
LINE_COLOURS = ("#0b3c5d", "#1d7ba8")
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PEAK_COLOUR = "#0a9396"


def to_png(sky_map: MultiOrderMap) -> bytes:
    """Return a PNG of the map's probability density with its 50 and 90 % credible regions."""
    with matplotlib.style.context("default"):
        figure = _figure(sky_map)
        content = BytesIO()
        figure.savefig(content, format="png", dpi=DPI, metadata={"Software": None})
        figure.clear()
    return content.getvalue()


def _figure(sky_map: MultiOrderMap) -> Figure:
    frame = close_up(sky_map)
    figure = Figure(figsize=(13.2, 5.4) if frame else (9.6, 5.6), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    right = 0.645 if frame else 0.98
    sky = figure.add_axes((0.03, 0.17, right - 0.03, 0.74), facecolor="none")
    sky.set(xlim=(-3.08, 2.9), ylim=(-1.5, 1.5), aspect="equal")
    _draw(sky, sky_map, Mollweide())
    draw_whole_sky_grid(sky)
    if frame:
        _draw_close_up(figure.add_axes((0.7, 0.155, 0.285, 0.72)), sky_map, frame)
        draw_frame_outline(sky, frame)
    else:
        _mark_peak(sky, sky_map, Mollweide())
    _colour_bar(figure.add_axes((0.2 * right, 0.115, 0.6 * right, 0.022)), sky_map)
    _legend(figure, sky_map, large=frame is not None)
    return figure


def _draw_close_up(axes: Axes, sky_map: MultiOrderMap, frame: CloseUp) -> None:
    half = frame.half_width
    axes.set(xlim=(-half, half), ylim=(-half, half), aspect="equal", facecolor="none")
    _draw(axes, sky_map, frame)
    draw_close_up_grid(axes, frame)
    _mark_peak(axes, sky_map, frame)


def _draw(axes: Axes, sky_map: MultiOrderMap, projection: Projection) -> None:
    """Draw density and contours.

    Colours are looked up per tile and the image is made at the size it has on the page:
    resampling by `imshow` would need 110 MB.
    """
    axes.apply_aspect()
    half = (projection.half_width, projection.half_height)
    low, high = axes.transData.transform([(-half[0], -half[1]), half]).round().astype(int)
    width, height = (int(n) for n in high - low)
    tiles = tiles_under(sky_map, projection, width=width, height=height)
    figure = axes.get_figure(root=True)
    if figure is not None:
        figure.figimage(_coloured(sky_map, tiles), *low.tolist(), origin="lower", zorder=-1)
    levels = np.append(credible_levels(sky_map), np.nan).astype(np.float32)
    axes.contour(
        levels[tiles],
        levels=LEVELS,
        extent=(-half[0], half[0], -half[1], half[1]),
        origin="lower",
        colors=LINE_COLOURS,
        linestyles=LINE_STYLES,
        linewidths=(1.1, 0.9),
    )


def _coloured(sky_map: MultiOrderMap, tiles: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return RGBA per pixel: 0 is the first colour, the highest tile the last one."""
    share = (sky_map.probdensity / sky_map.probdensity.max()).astype(np.float32)
    colours = _colour_map()(share, bytes=True)
    return np.concatenate([colours, np.zeros((1, 4), dtype=np.uint8)])[tiles]


def _colour_map() -> LinearSegmentedColormap:
    return LinearSegmentedColormap.from_list("llama", COLOURS)


def _mark_peak(axes: Axes, sky_map: MultiOrderMap, projection: Projection) -> None:
    best = peak(sky_map)
    x, y = projection.to_plane(Positions(np.array([best.ra_deg]), np.array([best.dec_deg])))
    axes.add_line(_plus(x, y, label=""))


def _plus(x: ArrayLike, y: ArrayLike, *, label: str) -> Line2D:
    return Line2D(x, y, marker="+", markersize=8, color=PEAK_COLOUR, linestyle="none", label=label)


def _colour_bar(axes: Axes, sky_map: MultiOrderMap) -> None:
    highest = float(density_per_deg2(sky_map).max())
    power = math.floor(math.log10(highest))
    power = 0 if power == -1 else power
    scale = Normalize(0.0, highest / 10.0**power)
    bar = Colorbar(axes, ScalarMappable(scale, _colour_map()), orientation="horizontal")
    times = (
        "" if power == 0 else f" (\N{MULTIPLICATION SIGN} 10{str(power).translate(SUPERSCRIPT)})"
    )
    bar.set_label(f"Probability per square degree{times}", size=9, color=INK)
    axes.tick_params(labelsize=8.5, colors=INK, length=3)


def _legend(figure: Figure, sky_map: MultiOrderMap, *, large: bool) -> None:
    areas = credible_areas(sky_map, LEVELS)
    handles = [
        Line2D([], [], color=colour, linestyle=style, linewidth=1.3, label=label)
        for colour, style, label in zip(LINE_COLOURS, LINE_STYLES, _labels(areas), strict=True)
    ]
    best = peak(sky_map)
    label = f"peak {best.ra_deg:.2f}°, {best.dec_deg:+.2f}° (RA, Dec, ICRS)"
    handles.append(_plus([], [], label=label.replace("-", "\N{MINUS SIGN}")))
    figure.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.995),
        ncols=3,
        frameon=False,
        fontsize=11 if large else 9.5,
        labelcolor=INK,
        handlelength=2.4,
    )


def _labels(areas: Sequence[float]) -> Iterable[str]:
    for level, area in zip(LEVELS, areas, strict=True):
        yield f"{100 * level:.0f} % region: {_area(area)} deg²"


def _area(area: float) -> str:
    return f"{float(f'{area:.3g}'):,.0f}" if area >= 100 else f"{area:.3g}"
