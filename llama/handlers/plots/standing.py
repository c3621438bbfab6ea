"""How much a track matters, as ink: colour, width and shape say the same thing three times.

The colours keep apart for all common kinds of colour-blindness, and in grey by their width.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from llama.handlers.results.tracks import POSSIBLE, RankedTrack
from llama.handlers.results.verdict import NOTABLE

VERMILION = "#c44601"
PURPLE = "#7b2d8b"
SLATE = "#3d4152"


@dataclass(frozen=True, slots=True)
class Ink:
    """How tracks of one standing are drawn."""

    colour: str
    width: float
    marker: str
    size: float


FIRST = Ink(VERMILION, 2.4, "D", 6.5)
SECOND = Ink(PURPLE, 1.8, "s", 5.5)
LAST = Ink(SLATE, 1.1, "o", 4.5)
_BY_P = (
    (NOTABLE, FIRST, f"p < {NOTABLE:g}"),
    (POSSIBLE, SECOND, f"{NOTABLE:g} ≤ p < {POSSIBLE:g}"),
)
_BY_SHARE = ((0.5, FIRST, "> 50 % of the odds"), (0.05, SECOND, "5 to 50 % of the odds"))


def ink_of(track: RankedTrack) -> Ink:
    """Return the ink of a track: by its p-value, else by its share of the odds."""
    return _standing(track)[0]


def legend_of(tracks: Sequence[RankedTrack]) -> list[tuple[Ink, str]]:
    """Return the inks that occur and what they mean, what matters most first."""
    found = {meaning: ink for ink, meaning in map(_standing, tracks)}
    return [
        (found[meaning], meaning) for meaning in sorted(found, key=lambda one: -found[one].width)
    ]


def _standing(track: RankedTrack) -> tuple[Ink, str]:
    if track.p_value is not None:
        p = track.p_value
        return next(
            ((ink, words) for level, ink, words in _BY_P if p < level), (LAST, f"p ≥ {POSSIBLE:g}")
        )
    if track.odds_share is not None:
        share = track.odds_share
        return next(
            ((ink, words) for level, ink, words in _BY_SHARE if share > level),
            (LAST, "≤ 5 % of the odds"),
        )
    return LAST, "no odds yet" if track.odds_ratio is None else "no p-value"
