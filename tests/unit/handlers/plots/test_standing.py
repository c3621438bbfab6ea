"""Ink says how much a track matters, in three ways at once."""

import pytest

from llama.handlers.plots.standing import FIRST, LAST, SECOND, Ink, ink_of, legend_of
from llama.handlers.results.tracks import RankedTrack


def a_track(p: float | None = None, share: float | None = None) -> RankedTrack:
    return RankedTrack(1, "a", 0.0, None, 1.0, 2.0, 0.5, 1e3, None, p, share, None)


@pytest.mark.parametrize(
    ("p", "share", "ink"),
    [
        (0.0099, None, FIRST),
        (0.01, None, SECOND),
        (0.1, 0.99, LAST),
        (None, 0.51, FIRST),
        (None, 0.06, SECOND),
        (None, 0.05, LAST),
        (None, None, LAST),
    ],
)
def test_ink_follows_the_p_value_or_else_the_share_of_the_odds(
    p: float | None, share: float | None, ink: Ink
) -> None:
    assert ink_of(a_track(p, share)) == ink


def test_the_legend_names_what_occurs_most_important_first() -> None:
    found = legend_of([a_track(0.5), a_track(0.001), a_track(0.7)])

    assert [words for _, words in found] == ["p < 0.01", "p ≥ 0.1"]


def test_no_two_inks_differ_in_colour_alone() -> None:
    inks = (FIRST, SECOND, LAST)

    assert len({one.width for one in inks}) == len({one.marker for one in inks}) == 3
