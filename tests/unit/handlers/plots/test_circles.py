"""Error circles are circles on the sphere, also at the poles and across right ascension 0."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llama.handlers.plots.circles import circle, cut_at_seam, point, projected, separation_deg
from llama.handlers.sky.healpix import Positions
from llama.handlers.sky.projection import CloseUp, Mollweide

POLES_AND_SEAM = [
    (0.0, 90.0),
    (123.0, -90.0),
    (10.0, 89.0),
    (0.1, 0.0),
    (359.9, -40.0),
    (180.0, 5.0),
]


def distances(curve: Positions, ra: float, dec: float) -> np.ndarray:
    centre = point(ra, dec)
    count = len(curve.ra_deg)
    return separation_deg(
        curve, Positions(np.repeat(centre.ra_deg, count), np.repeat(centre.dec_deg, count))
    )


@pytest.mark.parametrize(("ra", "dec"), POLES_AND_SEAM)
@pytest.mark.parametrize("radius", [0.05, 2.0, 35.0, 170.0])
def test_every_point_of_a_circle_is_at_its_radius(ra: float, dec: float, radius: float) -> None:
    curve = circle(ra, dec, radius)

    assert distances(curve, ra, dec) == pytest.approx(radius, rel=1e-9, abs=1e-9)


def test_a_circle_is_closed_and_evenly_spaced() -> None:
    curve = circle(1.0, 88.5, 3.0)

    steps = separation_deg(
        Positions(curve.ra_deg[:-1], curve.dec_deg[:-1]),
        Positions(curve.ra_deg[1:], curve.dec_deg[1:]),
    )

    assert steps == pytest.approx(float(steps.mean()), rel=1e-3)
    assert curve.dec_deg[0] == pytest.approx(curve.dec_deg[-1])


@given(ra=st.floats(0, 359.999), dec=st.floats(-90, 90), radius=st.floats(0.05, 60))
@settings(max_examples=60, deadline=None)
def test_no_line_runs_across_the_whole_sky(ra: float, dec: float, radius: float) -> None:
    x, _ = projected(Mollweide(), circle(ra, dec, radius))

    jumps = np.abs(np.diff(x))

    assert np.nanmax(jumps) < 0.35


def test_a_circle_across_the_seam_reaches_both_edges() -> None:
    curve = cut_at_seam(circle(0.5, -35.0, 4.0))

    gaps = np.flatnonzero(np.isnan(curve.ra_deg))

    assert len(gaps) == 2
    assert {*curve.ra_deg[gaps - 1].tolist(), *curve.ra_deg[gaps + 1].tolist()} == {0.0, 360.0}
    assert curve.dec_deg[gaps - 1] == pytest.approx(curve.dec_deg[gaps + 1])


def test_a_circle_around_a_pole_is_cut_once() -> None:
    curve = cut_at_seam(circle(200.0, -84.0, 8.6))

    assert np.isnan(curve.ra_deg).sum() == 1


def test_a_circle_far_from_the_seam_is_left_alone() -> None:
    curve = circle(180.0, 10.0, 20.0)

    assert cut_at_seam(curve) == curve


def test_a_close_up_needs_no_cut() -> None:
    frame = CloseUp(0.0, 0.0, 5.0)

    x, y = projected(frame, circle(0.0, 0.0, 2.0))

    assert np.hypot(x, y) == pytest.approx(2 * np.sin(np.deg2rad(1.0)), rel=1e-9)
