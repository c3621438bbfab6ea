"""The list of tracks below the sky: rank, time difference, error circle, energy, p-value."""

import math
from collections.abc import Sequence

from matplotlib.figure import Figure

from llama.handlers.plots.paper import SOFT
from llama.handlers.plots.standing import ink_of
from llama.handlers.results.numerals import degrees, energy, p_value, scientific, signed
from llama.handlers.results.tracks import RankedTrack
from llama.handlers.sky.grids import INK

COLUMN_IN = 4.1
LINE_IN = 0.225
LINES = 5
FEWEST_LINES = 3
TOP_IN = 1.38
_HEADS = (("", 0.0), ("dt / s", 0.95), ("radius", 1.62), ("energy", 2.5), ("p", 3.05))


def draw_track_list(figure: Figure, tracks: Sequence[RankedTrack]) -> None:
    """Write as many tracks as there is room for, best first, and how many more there are."""
    width, _ = (float(one) for one in figure.get_size_inches())
    columns = int((width - 0.5) / COLUMN_IN)
    shown = tracks[: columns * LINES]
    lines = max(FEWEST_LINES, math.ceil(len(shown) / max(columns, 1)))
    for number in range(0, len(shown), lines):
        left_in = 0.45 + number // lines * COLUMN_IN
        _column(figure, left_in, shown[number : number + lines])
    below_in = TOP_IN - (min(lines, len(shown)) + 1) * LINE_IN if shown else TOP_IN
    _below(figure, tracks, len(shown), below_in)


def _column(figure: Figure, left_in: float, tracks: Sequence[RankedTrack]) -> None:
    last = "p" if any(one.p_value is not None for one in tracks) else "odds"
    for head, at in _HEADS:
        word = last if head == "p" else head
        _write(figure, left_in + at, TOP_IN, word, SOFT, align="left" if head == "p" else "right")
    for line, track in enumerate(tracks, 1):
        height = TOP_IN - line * LINE_IN
        ink = ink_of(track)
        figure.text(
            *_at(figure, left_in + 0.12, height), str(track.rank), size=10, weight="bold",
            color=ink.colour, ha="right", va="baseline",
        )  # fmt: skip
        for (_, at), word in zip(_HEADS[1:4], _words(track), strict=True):
            _write(figure, left_in + at, height, word, INK, align="right")
        judged = p_value(track.p_value) if last == "p" else scientific(track.odds_ratio)
        _write(figure, left_in + _HEADS[4][1], height, judged, INK, align="left")


def _words(track: RankedTrack) -> tuple[str, str, str]:
    return signed(track.dt_s, decimals=1), degrees(track.radius_90_deg), energy(track.energy_gev)


def _below(figure: Figure, tracks: Sequence[RankedTrack], shown: int, at_in: float) -> None:
    words = "Circles hold 90 % (2.146 sigma); numbers are ranks; dt = neutrino less event."
    if not tracks:
        words = "No neutrino track within 500 s of the event."
    elif len(tracks) > shown:
        words += f" {len(tracks) - shown} more tracks are in the table."
    _write(figure, 0.45, at_in, words, SOFT, align="left")


def _write(
    figure: Figure, left_in: float, bottom_in: float, word: str, colour: str, *, align: str
) -> None:
    at = _at(figure, left_in, bottom_in)
    figure.text(*at, word, size=10, color=colour, ha=align, va="baseline")


def _at(figure: Figure, left_in: float, bottom_in: float) -> tuple[float, float]:
    width, height = (float(one) for one in figure.get_size_inches())
    return left_in / width, bottom_in / height
