"""A sky map as heat with its 50 and 90 % contours, in any projection and file format."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from llama.handlers.sky.grids import INK
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.projection import Projection
from llama.handlers.sky.raster import density_per_deg2, tiles_under
from llama.handlers.sky.regions import credible_areas, credible_levels

LEVELS = (0.5, 0.9)
COLOURS = ("#ffffff", "#e3eef8", "#bcd7ec", "#87b7dc", "#5593c6", "#2f6fa8")
"""From white to a middle blue: lines of any ink stay readable on all of them."""
LINE_COLOUR = "#0b3c5d"
LINE_STYLES = ("solid", (0, (4, 1.5)))
LINE_WIDTHS = (1.3, 1.1)
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def draw_heat(axes: Axes, sky_map: MultiOrderMap, projection: Projection) -> None:
    """Draw probability density and contours at the resolution of the paper."""
    axes.apply_aspect()
    half = (projection.half_width, projection.half_height)
    low, high = axes.transData.transform([(-half[0], -half[1]), half]).round().astype(int)
    width, height = (int(n) for n in high - low)
    tiles = tiles_under(sky_map, projection, width=width, height=height)
    extent = (-half[0], half[0], -half[1], half[1])
    frame = (axes.get_xlim(), axes.get_ylim())
    axes.imshow(
        _coloured(sky_map, tiles), extent=extent, origin="lower", interpolation="none", zorder=0
    )
    levels = np.append(credible_levels(sky_map), np.nan).astype(np.float32)
    axes.contour(
        levels[tiles], levels=LEVELS, extent=extent, origin="lower", colors=LINE_COLOUR,
        linestyles=LINE_STYLES, linewidths=LINE_WIDTHS,
    )  # fmt: skip
    axes.set(xlim=frame[0], ylim=frame[1])


def colour_bar(axes: Axes, sky_map: MultiOrderMap) -> None:
    """Draw the scale of the heat, per square degree."""
    highest = float(density_per_deg2(sky_map).max())
    power = math.floor(math.log10(highest))
    power = 0 if power == -1 else power
    scale = Normalize(0.0, highest / 10.0**power)
    bar = Colorbar(axes, ScalarMappable(scale, _colour_map()), orientation="horizontal")
    raised = str(power).translate(_SUPERSCRIPT)
    times = "" if power == 0 else f" (\N{MULTIPLICATION SIGN} 10{raised})"
    bar.set_label(f"Probability per square degree{times}", size=10, color=INK)
    axes.tick_params(labelsize=9.5, colors=INK, length=3)


def region_keys(sky_map: MultiOrderMap) -> list[Line2D]:
    """Return the legend's lines of the credible regions, with their areas."""
    areas = credible_areas(sky_map, LEVELS)
    return [
        Line2D(
            [], [], color=LINE_COLOUR, linestyle=style, linewidth=1.4,
            label=f"{100 * level:.0f} % region, {_area(area)} deg²",
        )
        for style, level, area in zip(LINE_STYLES, LEVELS, areas, strict=True)
    ]  # fmt: skip


def _area(area: float) -> str:
    return f"{float(f'{area:.3g}'):,.0f}" if area >= 100 else f"{area:.3g}"


def _coloured(sky_map: MultiOrderMap, tiles: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return RGBA per pixel: 0 is the first colour, the highest tile the last one."""
    share = (sky_map.probdensity / sky_map.probdensity.max()).astype(np.float32)
    colours = _colour_map()(share, bytes=True)
    return np.concatenate([colours, np.zeros((1, 4), dtype=np.uint8)])[tiles]


def _colour_map() -> LinearSegmentedColormap:
    return LinearSegmentedColormap.from_list("llama joint", COLOURS)
