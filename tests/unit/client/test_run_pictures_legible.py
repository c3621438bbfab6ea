"""The pictures of a run can be read: names, looks and units."""

from itertools import pairwise

import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from llama.adapters.matplotlib_pictures import LOOKS, draw_files, duration, picture
from llama.domain.assessment import Status
from llama.ports.pictures import RunFigures
from tests.support.drawings import drawn, figures_with, labels


def test_a_long_name_is_cut() -> None:
    name = "Very" * 20

    [label] = labels(drawn(draw_files, RunFigures(1, (name,), {}, {name: {"current": 1}})))

    assert (len(label), label[-1]) == (36, "…")


def test_every_status_has_a_look() -> None:
    assert set(LOOKS) == set(Status)


def test_looks_differ_without_colours_too() -> None:
    def grey(fill: str) -> float:
        red, green, blue = to_rgb(fill)
        return 0.299 * red + 0.587 * green + 0.114 * blue

    looks = list(LOOKS.values())
    pairs = [(one, other) for one in looks for other in looks if one is not other]
    alike = [
        (one, other)
        for one, other in pairs
        if one.hatch == other.hatch and abs(grey(one.fill) - grey(other.fill)) < 0.09
    ]
    assert alike == []


@pytest.mark.parametrize("handlers", [1, 3, 30])
def test_names_stand_clear_of_each_other(handlers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Axes] = []

    def draw(axes: Axes, figures: RunFigures) -> None:
        draw_files(axes, figures)
        seen.append(axes)

    picture(figures_with(handlers), (draw,), title="runs", picture_format="png")

    boxes = [label.get_window_extent() for label in seen[0].get_yticklabels()]
    assert len(boxes) == handlers
    assert all(upper.y0 > lower.y1 for upper, lower in pairwise(boxes))
    assert all(box.x0 >= 0 for box in boxes)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.00002, "20 µs"),
        (0.0012, "1.2 ms"),
        (0.25, "250 ms"),
        (0.9999, "1.0 s"),
        (3.14, "3.1 s"),
        (59.0, "59 s"),
        (600.0, "10 min"),
        (7200.0, "2.0 h"),
        (86400.0, "24 h"),
    ],
)
def test_durations_are_written_in_the_unit_that_suits_them(seconds: float, told: str) -> None:
    assert duration(seconds) == told
