"""Pictures of many events by matplotlib: wall times and finished files by handler.

The same figures give the same bytes: no dates, no program names, no settings of the user. Nothing
is said by colour alone.
"""

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from statistics import median, quantiles
from types import MappingProxyType

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from llama.domain.assessment import Status
from llama.ports.pictures import Drawing, RunFigures, RunPictureFormat

Draw = Callable[[Axes, RunFigures], None]
INK = "#22223b"
SOFT = "#5c6275"
GRID = "#d9dce5"
POINT = "#0072b2"
LONGEST_NAME = 36
ROW_IN = 0.32
"""Height of a handler's row in inches."""
DPI = 150
SPREAD = 0.26
"""How far points of one handler lie from the middle of its row, in rows, so that all are seen."""
SERRIED = 0.618034
"""Multiples of the golden ratio spread evenly, however many there are, and always the same way."""
METADATA: Mapping[RunPictureFormat, Mapping[str, None]] = MappingProxyType(
    {
        "png": {"Software": None},
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
)


@dataclass(frozen=True, slots=True)
class Look:
    """How the bar of a status looks."""

    fill: str
    hatch: str = ""
    is_dark: bool = False


LOOKS: Mapping[Status, Look] = MappingProxyType(
    {
        Status.CURRENT: Look("#0072b2", is_dark=True),
        Status.FROZEN: Look("#56b4e9", "||"),
        Status.OBSOLETE: Look("#e69f00"),
        Status.WAITING: Look("#f5e9a3"),
        Status.MISSING: Look("#ffffff"),
        Status.COOLING: Look("#f5e9a3", "////"),
        Status.FAILED: Look("#d55e00", "\\\\\\\\", is_dark=True),
        Status.BLOCKED: Look("#f3c3a2", "xxxx"),
        Status.VETOED: Look("#6d7183", "----", is_dark=True),
        Status.MASKED: Look("#d5d8e0", "...."),
    }
)
FINISHED = (Status.CURRENT, Status.FROZEN)
UNITS = ((1e-3, 1e-6, "µs"), (1.0, 1e-3, "ms"), (120.0, 1.0, "s"), (7200.0, 60.0, "min"))
"""Below how many seconds a duration is written in which unit, and how long that is."""


def draw_wall_times(axes: Axes, figures: RunFigures) -> None:
    """Draw a point for every run, the quartiles as a bar and the median as a line."""
    _title(axes, "Wall time of the latest run in each event")
    if not any(figures.wall_s.values()):
        _say(axes, _empty(figures) or _nothing_made(figures))
        return
    axes.set_xscale("log")
    for row, handler in enumerate(figures.handlers):
        _draw_times(axes, row, sorted(figures.wall_s.get(handler, ())))
    axes.set_xlim(*_decades([one for times in figures.wall_s.values() for one in times]))
    axes.xaxis.set_major_locator(LogLocator(base=10, numticks=9))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _decade(value)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="minor", length=0)
    _explain(axes, "line: median, bar: middle half; right: median (runs), failed runs since")
    _rows(axes, figures, [_summary(figures, one) for one in figures.handlers])


def draw_files(axes: Axes, figures: RunFigures) -> None:
    """Draw a bar for each handler: how many of its files have which status."""
    _title(axes, "Finished files, and how the others stand")
    if not any(figures.statuses.values()):
        _say(axes, _empty(figures) or "no event has a pipeline yet")
        return
    longest = max(sum(counts.values()) for counts in figures.statuses.values())
    for row, handler in enumerate(figures.handlers):
        _draw_bar(axes, row, figures.statuses.get(handler, {}), longest)
    axes.set_xlim(0, longest * 1.004)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    _explain(axes, "files; right: current or frozen, of all")
    counts = [figures.statuses.get(handler, {}) for handler in figures.handlers]
    _rows(axes, figures, [_finished(one) for one in counts])
    _legend(axes, figures)


DRAWINGS: Mapping[Drawing, Draw] = MappingProxyType(
    {"wall-times": draw_wall_times, "finished-files": draw_files}
)


def picture_of(
    figures: RunFigures,
    drawings: Sequence[Drawing],
    /,
    *,
    title: str,
    picture_format: RunPictureFormat,
) -> bytes:
    """Return the bytes of a picture with some drawings side by side."""
    draws = [DRAWINGS[one] for one in drawings]
    return picture(figures, draws, title=title, picture_format=picture_format)


def picture(
    figures: RunFigures, draws: Sequence[Draw], *, title: str, picture_format: RunPictureFormat
) -> bytes:
    """Return the bytes of a picture that some functions draw, side by side."""
    rows = max(len(figures.handlers), 2) if figures.events else 2
    size = (1.2 + 6.3 * len(draws), 1.75 + ROW_IN * rows)
    with _settings():
        figure = Figure(figsize=size, dpi=DPI, facecolor="white", layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(title, x=0.01, ha="left", size=12, color=INK, weight="bold")
        for place, draw in enumerate(draws, start=1):
            draw(figure.add_subplot(1, len(draws), place), figures)
        content = BytesIO()
        metadata = dict(METADATA[picture_format])
        figure.savefig(content, format=picture_format, dpi=DPI, metadata=metadata)
    return content.getvalue()


def duration(seconds: float) -> str:
    """Write a duration in the unit that suits it, with two significant digits."""
    for limit_s, unit_s, unit in UNITS:
        if seconds < limit_s * 0.995:
            return f"{_two_digits(seconds / unit_s)} {unit}"
    return f"{_two_digits(seconds / 3600)} h"


def _two_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}"


def _decade(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds > 0.5 else f"{seconds * 1000:g} ms"


def _summary(figures: RunFigures, handler: str) -> str:
    times, failed = figures.wall_s.get(handler, ()), figures.failed.get(handler, 0)
    told = [f"{duration(median(times))}  ({len(times)})"] if times else []
    told += [f"{failed} failed"] if failed else []
    return ", ".join(told) or "no run"


def _finished(counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    return (
        f"{sum(counts.get(status, 0) for status in FINISHED)} of {total}" if total else "no files"
    )


def _draw_times(axes: Axes, row: int, times: Sequence[float]) -> None:
    if not times:
        return
    spread = SPREAD if len(times) > 3 else 0.0
    rows = [row + spread * (2 * (SERRIED * place % 1) - 1) for place in range(len(times))]
    opacity = max(0.15, min(0.75, 12 / len(times)))
    axes.plot(
        times, rows, "o", color=POINT, alpha=opacity, markersize=4, markeredgewidth=0, zorder=2
    )
    if len(times) > 3:
        low, _, high = quantiles(times, n=4, method="inclusive")
        axes.hlines(row, low, high, color=INK, linewidth=5, alpha=0.28, zorder=3)
    if len(times) > 1:
        axes.vlines(median(times), row - 0.32, row + 0.32, color=INK, linewidth=1.8, zorder=4)


def _decades(times: Sequence[float]) -> tuple[float, float]:
    """Return the whole decades around all times, so that no point lies on the frame."""
    low, high = math.log10(min(times) * 0.9), math.log10(max(times) * 1.1)
    return 10.0 ** math.floor(low), 10.0 ** math.ceil(high)


def _draw_bar(axes: Axes, row: int, counts: Mapping[str, int], longest: int) -> None:
    left = 0
    for status, look in LOOKS.items():
        count = counts.get(status, 0)
        if not count:
            continue
        axes.barh(
            row, count, 0.64, left, color=look.fill, hatch=look.hatch, edgecolor=INK, linewidth=0.6
        )
        if count > 0.06 * longest:
            _write(axes, left + count / 2, row, str(count), look)
        left += count


def _write(axes: Axes, x: float, y: float, text: str, look: Look) -> None:
    """Write a number on a bar, where hatching cannot hide it."""
    ground = {"boxstyle": "round,pad=0.15", "facecolor": look.fill, "linewidth": 0}
    colour = "white" if look.is_dark else INK
    axes.text(x, y, text, ha="center", va="center", size=8, color=colour, bbox=ground)


def _legend(axes: Axes, figures: RunFigures) -> None:
    here = {status for counts in figures.statuses.values() for status in counts}
    handles = [
        Patch(facecolor=look.fill, hatch=look.hatch, edgecolor=INK, linewidth=0.6, label=status)
        for status, look in LOOKS.items()
        if status in here
    ]
    figure = axes.get_figure(root=True)
    if figure is not None:
        figure.legend(
            handles=handles, ncols=min(6, len(handles)), loc="outside lower right",
            frameon=False, fontsize=9, labelcolor=INK,
        )  # fmt: skip


def _rows(axes: Axes, figures: RunFigures, remarks: Sequence[str]) -> None:
    """Name the rows at the left, the first handler on top, and what is to be said at the right."""
    places = range(len(figures.handlers))
    axes.set_ylim(len(figures.handlers) - 0.4, -0.6)
    axes.set_yticks(places, [_short(handler) for handler in figures.handlers])
    axes.tick_params(axis="both", labelsize=9, colors=INK, length=0)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    right = axes.secondary_yaxis("right")
    right.set_yticks(places, remarks)
    right.tick_params(labelsize=8.5, colors=SOFT, length=0)
    right.spines["right"].set_visible(False)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, loc="left", size=10, color=SOFT, pad=8)


def _explain(axes: Axes, text: str) -> None:
    axes.set_xlabel(text, loc="left", size=8.5, color=SOFT)


def _empty(figures: RunFigures) -> str:
    return "" if figures.events else "there are no events in this run"


def _nothing_made(figures: RunFigures) -> str:
    failed = sum(figures.failed.values())
    runs = f": {failed} run{'' if failed == 1 else 's'} failed" if failed else " yet"
    return f"nothing has been made{runs}"


def _say(axes: Axes, text: str) -> None:
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", size=11, color=SOFT)


@contextmanager
def _settings() -> Generator[None]:
    ours = {"svg.hashsalt": "llama", "hatch.linewidth": 0.6}
    with matplotlib.style.context(["default", ours]):
        yield
