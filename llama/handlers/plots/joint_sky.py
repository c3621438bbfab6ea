"""The joint sky plot: where the gravitational wave and the neutrinos may have come from."""

from collections.abc import Sequence
from dataclasses import replace

import matplotlib.patheffects
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from llama.handlers.plots.circles import circle, point, projected, separation_deg
from llama.handlers.plots.heat import colour_bar, draw_heat, region_keys
from llama.handlers.plots.numbers import SIZE_PT, Number, Place, placed
from llama.handlers.plots.paper import SOFT, heading, marks, sheet, to_bytes
from llama.handlers.plots.standing import ink_of, legend_of
from llama.handlers.plots.track_list import draw_track_list
from llama.handlers.plots.words import marks_of, subtitle, title
from llama.handlers.results.result import JointResult
from llama.handlers.results.tracks import RankedTrack
from llama.handlers.sky.grids import (
    INK,
    draw_border,
    draw_close_up_grid,
    draw_frame_outline,
    draw_whole_sky_grid,
)
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.projection import CloseUp, Mollweide, Projection
from llama.handlers.sky.raster import close_up

NUMBERED = 30
"""Tracks of a higher rank carry no number: there is no room for so many."""
WIDEST_ZOOM_DEG = 30.0
HEIGHT_IN = 7.95
SIDE_IN = 4.1
"""Width and height of the close-up."""
HALO = matplotlib.patheffects.withStroke(linewidth=3.2, foreground="white", alpha=0.85)


def joint_sky_pictures(result: JointResult, sky_map: MultiOrderMap | None) -> tuple[bytes, bytes]:
    """Return the plot as PNG and as PDF; without a map the tracks are drawn on an empty sky."""
    with matplotlib.style.context("default"):
        figure = joint_sky_figure(result, sky_map)
        pictures = to_bytes(figure, "png"), to_bytes(figure, "pdf")
        figure.clear()
    return pictures


def joint_sky_figure(result: JointResult, sky_map: MultiOrderMap | None) -> Figure:
    """Return the figure: the whole sky, a close-up where the map is narrow, and a list."""
    frame = None if sky_map is None else zoom(sky_map, result.tracks)
    width = 13.2 if frame else 9.6
    figure = sheet(width, HEIGHT_IN)
    right = 8.25 if frame else width - 0.2
    sky = figure.add_axes((0.3 / width, 2.75 / HEIGHT_IN, (right - 0.3) / width, 3.95 / HEIGHT_IN))
    sky.set(xlim=(-3.08, 2.9), ylim=(-1.46, 1.46), aspect="equal", facecolor="none")
    _draw_sky(sky, result, sky_map, frame)
    if frame and sky_map:
        _draw_zoom(figure, result, sky_map, frame)
    if sky_map:
        colour_bar(
            figure.add_axes(
                (2.2 / width, 2.5 / HEIGHT_IN, (right - 4.1) / width, 0.14 / HEIGHT_IN)
            ),
            sky_map,
        )
    heading(figure, title(result), subtitle(result))
    marks(figure, marks_of(result))
    _legend(figure, result, sky_map)
    draw_track_list(figure, result.tracks)
    return figure


def zoom(sky_map: MultiOrderMap, tracks: Sequence[RankedTrack]) -> CloseUp | None:
    """Return a frame around the 90 % region, wide enough for the best track if that is near."""
    frame = close_up(sky_map)
    if frame is None or not tracks:
        return frame
    best = tracks[0]
    away = separation_deg(point(frame.ra_deg, frame.dec_deg), point(best.ra_deg, best.dec_deg))
    reach = 1.1 * (float(away[0]) + best.radius_90_deg)
    is_near = reach <= min(WIDEST_ZOOM_DEG, 2.5 * frame.radius_deg)
    return replace(frame, radius_deg=max(frame.radius_deg, reach)) if is_near else frame


def _draw_sky(
    axes: Axes, result: JointResult, sky_map: MultiOrderMap | None, frame: CloseUp | None
) -> None:
    if sky_map:
        draw_heat(axes, sky_map, Mollweide())
    draw_whole_sky_grid(axes)
    if sky_map is None:
        axes.text(
            0, 0.22, "no readable sky map in the notice", size=13, color=SOFT, ha="center",
            bbox={"facecolor": "white", "linewidth": 0},
        )  # fmt: skip
    if frame:
        draw_frame_outline(axes, frame)
    inside = {one.rank for one in result.tracks if frame and _is_inside(frame, one)}
    _draw_tracks(axes, result.tracks, Mollweide(), without_number=inside)


def _draw_zoom(figure: Figure, result: JointResult, sky_map: MultiOrderMap, frame: CloseUp) -> None:
    width, height = (float(one) for one in figure.get_size_inches())
    axes = figure.add_axes(
        (8.85 / width, 2.5 / height, SIDE_IN / width, SIDE_IN / height), facecolor="white"
    )
    half = frame.half_width
    axes.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
    draw_heat(axes, sky_map, frame)
    draw_close_up_grid(axes, frame)
    axes.tick_params(labelsize=9.5)
    near = [one for one in result.tracks if _reaches(frame, one)]
    _draw_tracks(axes, near, frame, without_number=set())
    if not near:
        axes.text(
            0.5, 0.03, "no track reaches into this frame", transform=axes.transAxes, size=10,
            color=INK, ha="center", bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0},
        )  # fmt: skip


def _draw_tracks(
    axes: Axes, tracks: Sequence[RankedTrack], projection: Projection, *, without_number: set[int]
) -> None:
    numbers: list[Number] = []
    others: list[tuple[float, float]] = []
    for track in reversed(tracks):
        ink = ink_of(track)
        curve = projected(projection, circle(track.ra_deg, track.dec_deg, track.radius_90_deg))
        line = axes.plot(*curve, color=ink.colour, linewidth=ink.width, zorder=3)[0]
        line.set_path_effects([HALO, matplotlib.patheffects.Normal()])
        x, y = projection.to_plane(point(track.ra_deg, track.dec_deg))
        axes.plot(
            x, y, marker=ink.marker, markersize=ink.size, color=ink.colour,
            markeredgecolor="white", markeredgewidth=0.7, zorder=4,
        )  # fmt: skip
        if track.rank <= NUMBERED and track.rank not in without_number:
            numbers.insert(0, Number(str(track.rank), float(x[0]), float(y[0]), curve))
        else:
            others.append((float(x[0]), float(y[0])))
    if isinstance(projection, Mollweide):
        draw_border(axes, zorder=3.5)
    colours = {str(one.rank): ink_of(one).colour for one in tracks}
    _write_numbers(axes, placed(axes, numbers, taken=others), colours)


def _write_numbers(axes: Axes, places: Sequence[Place], colours: dict[str, str]) -> None:
    for place in places:
        if place.leader:
            axes.plot(*place.leader, color=colours[place.text], linewidth=0.7, zorder=3)
        axes.text(
            place.x, place.y, place.text, size=SIZE_PT, weight="bold", color=colours[place.text],
            ha="center", va="center_baseline", zorder=5, clip_on=True, path_effects=[HALO],
        )  # fmt: skip


def _is_inside(frame: CloseUp, track: RankedTrack) -> bool:
    """Whether a track's centre shows in the close-up, which then carries its number."""
    x, y = frame.to_plane(point(track.ra_deg, track.dec_deg))
    return bool(max(abs(x[0]), abs(y[0])) < frame.half_width)


def _reaches(frame: CloseUp, track: RankedTrack) -> bool:
    """Whether any of a track's circle or its centre shows in the close-up."""
    curve = circle(track.ra_deg, track.dec_deg, track.radius_90_deg)
    x, y = frame.to_plane(curve)
    shown = np.maximum(np.abs(x), np.abs(y)) < frame.half_width
    return bool(shown.any()) or _is_inside(frame, track)


def _legend(figure: Figure, result: JointResult, sky_map: MultiOrderMap | None) -> None:
    handles = region_keys(sky_map) if sky_map else []
    handles += [
        Line2D(
            [], [], color=ink.colour, marker=ink.marker, markersize=ink.size,
            linewidth=ink.width, label=f"neutrino, {meaning}",
        )
        for ink, meaning in legend_of(result.tracks)
    ]  # fmt: skip
    width, height = (float(one) for one in figure.get_size_inches())
    figure.legend(
        handles=handles, loc="center", bbox_to_anchor=(0.5, 1.86 / height),
        ncols=5 if width > 12 else 3,
        frameon=False, fontsize=10, labelcolor=INK, handlelength=2.4, columnspacing=1.6,
    )  # fmt: skip
