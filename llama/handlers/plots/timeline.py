"""The time-line: the neutrinos around the event, and how much their time differences weigh."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import matplotlib.patheffects
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from llama.handlers.plots.numbers import SIZE_PT, Number, placed
from llama.handlers.plots.paper import SOFT, heading, marks, sheet, to_bytes
from llama.handlers.plots.standing import Ink, ink_of, legend_of
from llama.handlers.plots.words import marks_of, plain, subtitle, title
from llama.handlers.results.result import WINDOW_S, JointResult
from llama.handlers.results.tracks import RankedTrack
from llama.handlers.results.verdict import partial_words
from llama.handlers.sky.grids import INK

WEIGHT = "#cfe1f2"
EVENT = "#0b3c5d"
OTHER = "#00745c"
NUMBERED = 30
LOWEST_WORDS = 0.2
"""The share of the height below which no more words are written: then from the top again."""
SMALLEST_RANGE_GEV = (1e2, 1e5)
HALO = matplotlib.patheffects.withStroke(linewidth=3.0, foreground="white", alpha=0.9)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something else that happened at a time: a notice, a gamma-ray burst."""

    words: str
    time: datetime
    is_observation: bool
    """True for what the sky did, false for what was said about it."""


def timeline_picture(result: JointResult, moments: Sequence[Moment]) -> bytes:
    """Return the time-line as PNG."""
    with matplotlib.style.context("default"):
        figure = timeline_figure(result, moments)
        picture = to_bytes(figure, "png")
        figure.clear()
    return picture


def timeline_figure(result: JointResult, moments: Sequence[Moment]) -> Figure:
    """Return the figure: energies over time differences, on the triangle of their weights."""
    figure = sheet(10.4, 5.95)
    axes = figure.add_axes((0.075, 0.207, 0.85, 0.565))
    _weights(axes)
    tracks = [one for one in result.tracks if one.dt_s is not None and abs(one.dt_s) <= WINDOW_S]
    _frame(axes, tracks)
    _event(axes)
    _moments(axes, result, moments)
    _tracks(axes, tracks)
    heading(figure, title(result), subtitle(result))
    marks(figure, marks_of(result))
    _legend(figure, tracks)
    _below(figure, result, moments)
    return figure


def weight(dt_s: float) -> float:
    """Return the weight of a time difference: 1 at the event, 0 from 500 s on (docs/science.md)."""
    return max(0.0, 1 - abs(dt_s) / WINDOW_S)


def _weights(axes: Axes) -> None:
    behind = axes.twinx()
    behind.set(ylim=(0, 1.12), xlim=(-1.04 * WINDOW_S, 1.04 * WINDOW_S))
    behind.fill_between([-WINDOW_S, 0, WINDOW_S], [0, 1, 0], color=WEIGHT, linewidth=0)
    behind.set_ylabel("Weight of the time difference", size=11, color="#3b6d99")
    behind.set_yticks([0, 0.5, 1])
    behind.tick_params(labelsize=10, colors="#3b6d99")
    behind.set_zorder(0)
    axes.set_zorder(1)
    axes.patch.set_visible(False)
    for spine in behind.spines.values():
        spine.set_visible(False)


def _frame(axes: Axes, tracks: Sequence[RankedTrack]) -> None:
    energies = [one.energy_gev for one in tracks if one.energy_gev and one.energy_gev > 0]
    low = min([SMALLEST_RANGE_GEV[0], *(one / 3 for one in energies)])
    high = max([SMALLEST_RANGE_GEV[1], *(one * 6 for one in energies)])
    axes.set(yscale="log", ylim=(low, high), xlim=(-1.04 * WINDOW_S, 1.04 * WINDOW_S))
    axes.set_xlabel("Neutrino time less event time (s)", size=11, color=INK)
    axes.set_ylabel("Energy of the neutrino (GeV)", size=11, color=INK)
    axes.set_xticks(np.arange(-500, 501, 100))
    axes.tick_params(labelsize=10, colors=INK)
    for edge in (-WINDOW_S, WINDOW_S):
        axes.axvline(edge, color=SOFT, linewidth=0.9, linestyle=(0, (2, 2)))
    axes.spines["top"].set_visible(False)


def _event(axes: Axes) -> None:
    axes.axvline(0, color=EVENT, linewidth=2.2)
    axes.text(
        0, 1.015, "gravitational wave", transform=axes.get_xaxis_transform(), size=10,
        weight="bold", color=EVENT, ha="center", va="bottom",
    )  # fmt: skip


def _moments(axes: Axes, result: JointResult, moments: Sequence[Moment]) -> None:
    """Draw what lies within the window as lines, each with its words at a height of its own."""
    height = 0.97
    for moment in moments:
        dt_s = dt_of(moment, result)
        if dt_s is None or abs(dt_s) > WINDOW_S:
            continue
        colour = OTHER if moment.is_observation else SOFT
        axes.axvline(dt_s, color=colour, linewidth=1.6, linestyle=(0, (5, 2)))
        leftward = dt_s > 0.55 * WINDOW_S
        axes.text(
            dt_s + (-6 if leftward else 6), height, _words(moment, dt_s),
            transform=axes.get_xaxis_transform(), size=10, color=colour, parse_math=False,
            ha="right" if leftward else "left", va="top", path_effects=[HALO],
        )  # fmt: skip
        height = 0.97 if height < LOWEST_WORDS else height - 0.075


def dt_of(moment: Moment, result: JointResult) -> float | None:
    """Return a moment's time less that of the event, in seconds; None without an event time."""
    if result.event_time is None:
        return None
    return (moment.time - result.event_time) / timedelta(seconds=1)


def _tracks(axes: Axes, tracks: Sequence[RankedTrack]) -> None:
    places = [(one, one.dt_s or 0.0, _height(axes, one)) for one in reversed(tracks)]
    for track, dt_s, energy in places:
        _stem(axes, ink_of(track), dt_s, energy)
    numbers = [
        Number(str(track.rank), dt_s, energy, (np.array([dt_s]), np.array([energy])))
        for track, dt_s, energy in reversed(places)
        if track.rank <= NUMBERED
    ]
    event = [(0.0, float(y)) for y in np.geomspace(*axes.get_ylim(), 60)]
    others = [(dt_s, energy) for track, dt_s, energy in places if track.rank > NUMBERED]
    inks = {str(one.rank): ink_of(one).colour for one in tracks}
    for place in placed(axes, numbers, taken=[*event, *others]):
        if place.leader:
            axes.plot(*place.leader, color=inks[place.text], linewidth=0.7, zorder=3)
        axes.text(
            place.x, place.y, place.text, size=SIZE_PT + 1, weight="bold", zorder=5,
            color=inks[place.text], ha="center", va="center_baseline", path_effects=[HALO],
        )  # fmt: skip


def _height(axes: Axes, track: RankedTrack) -> float:
    """Return a track's energy; just above the axis where it has none."""
    energy = track.energy_gev
    return energy if energy is not None and energy > 0 else 1.4 * axes.get_ylim()[0]


def _stem(axes: Axes, ink: Ink, dt_s: float, energy: float) -> None:
    floor = axes.get_ylim()[0]
    axes.plot([dt_s, dt_s], [floor, energy], color=ink.colour, linewidth=ink.width * 0.7)
    axes.plot(
        dt_s, energy, marker=ink.marker, markersize=ink.size * 1.4, color=ink.colour,
        markeredgecolor="white", markeredgewidth=0.8, zorder=4,
    )  # fmt: skip


def _legend(figure: Figure, tracks: Sequence[RankedTrack]) -> None:
    handles = [
        Line2D(
            [], [], color=ink.colour, marker=ink.marker, markersize=ink.size * 1.3,
            linewidth=ink.width * 0.7, label=f"neutrino, {meaning}",
        )
        for ink, meaning in legend_of(tracks)
    ]  # fmt: skip
    if handles:
        figure.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0.065, 0.035), ncols=3,
            frameon=False, fontsize=10, labelcolor=INK,
        )  # fmt: skip
    else:
        figure.text(0.075, 0.06, "no neutrino track in the window", size=10, color=SOFT)


def _below(figure: Figure, result: JointResult, moments: Sequence[Moment]) -> None:
    """Say what lies beyond the window, and whether the list of neutrinos is open."""
    later = [
        _words(one, dt) for one in moments if (dt := dt_of(one, result) or 0) and abs(dt) > WINDOW_S
    ]
    figure.text(0.985, 0.02, "   ".join(later), size=9.5, color=SOFT, ha="right", parse_math=False)
    partial = partial_words(result)
    if partial:
        figure.text(0.075, 0.015, partial, size=9.5, weight="bold", color="#8a1c12")


def _words(moment: Moment, dt_s: float) -> str:
    after = "after" if dt_s >= 0 else "before"
    return f"{plain(moment.words)} {_span(abs(dt_s))} {after}"


def _span(seconds: float) -> str:
    if seconds < 600:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172800 else f"{seconds / 86400:.0f} days"
