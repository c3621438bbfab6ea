"""The numbers beside the tracks stay clear of each other and within the picture."""

import numpy as np
import pytest
from matplotlib.axes import Axes

from llama.handlers.plots.numbers import SIZE_PT, Number, placed
from llama.handlers.plots.paper import sheet

ONE_POINT = (np.array([0.0]), np.array([0.0]))


def axes_of(width_in: float) -> Axes:
    axes = sheet(width_in, width_in).add_axes((0, 0, 1, 1))
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    return axes


def a_number(text: str, x: float, y: float) -> Number:
    return Number(text, x, y, (np.array([x]), np.array([y])))


@pytest.mark.parametrize("count", [2, 6, 12])
def test_numbers_of_tracks_at_one_place_do_not_cover_each_other(count: int) -> None:
    points_per_unit = 4.0 * 72 / 2
    numbers = [a_number(str(n), 0.01 * n, 0.0) for n in range(1, count + 1)]

    places = placed(axes_of(4.0), numbers)

    free = [np.array([one.x, one.y]) * points_per_unit for one in places if one.is_free]
    near = [np.abs(a - b) for n, a in enumerate(free) for b in free[:n]]
    assert len(free) >= min(count, 4)
    assert all(gap[0] >= 0.6 * SIZE_PT or gap[1] >= 0.99 * SIZE_PT for gap in near)


@pytest.mark.parametrize(("x", "y"), [(0.99, 0.99), (-0.99, 0.99), (0.99, -0.99), (-1.0, -1.0)])
def test_a_number_in_a_corner_stays_within_the_picture(x: float, y: float) -> None:
    place = placed(axes_of(3.0), [a_number("30", x, y)])[0]

    assert max(abs(place.x), abs(place.y)) < 1


def test_a_number_is_outside_its_circle() -> None:
    angle = np.linspace(0, 2 * np.pi, 181)
    round_about = (0.4 * np.cos(angle), 0.4 * np.sin(angle))

    place = placed(axes_of(4.0), [Number("1", 0.0, 0.0, round_about)])[0]

    assert 0.4 < np.hypot(place.x, place.y) < 0.55


def test_a_number_keeps_away_from_what_is_taken() -> None:
    line = [(0.08, float(y)) for y in np.linspace(-1, 1, 200)]

    place = placed(axes_of(4.0), [a_number("1", 0.0, 0.0)], taken=line)[0]

    assert place.is_free
    assert place.x < 0.08


def test_a_circle_that_does_not_show_gives_its_number_a_place_all_the_same() -> None:
    nothing = (np.array([np.nan]), np.array([np.nan]))

    assert len(placed(axes_of(3.0), [Number("1", 5.0, 5.0, nothing)])) == 1
