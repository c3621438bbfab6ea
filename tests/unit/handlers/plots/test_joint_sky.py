"""The joint sky plot: the same bytes for the same inputs, and something sensible for all inputs."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from llama.handlers.plots.joint_sky import joint_sky_figure, joint_sky_pictures, zoom
from llama.handlers.results.result import JointResult, joint_result
from llama.handlers.sky.map import MultiOrderMap
from tests.support.joint_samples import (
    alert_json,
    many_places,
    neutrinos_json,
    significance_json,
)
from tests.unit.handlers.builders import a_blob, uniform_sky

ROOT = Path(__file__).parents[4]


def a_result(places: list[tuple[float, ...]], **alert: object) -> JointResult:
    return joint_result(
        alert_json(**alert),
        neutrinos=neutrinos_json(places),
        significance=significance_json(places),
    )


def narrow(ra: float, dec: float) -> MultiOrderMap:
    a, d = np.deg2rad([ra, dec])
    at = (float(np.cos(d) * np.cos(a)), float(np.cos(d) * np.sin(a)), float(np.sin(d)))
    return a_blob(5, kappa=900.0, at=at)


def words(figure: Figure) -> list[str]:
    return [one.get_text() for one in figure.findobj(Text)]


NEAR = (3.0, 92.0, 51.0, 0.5, 1e4, 0.004)
FAR = (3.0, 270.0, -40.0, 0.5, 1e4, 0.004)


def test_the_same_inputs_give_the_same_pictures_without_dates() -> None:
    result, sky_map = a_result([NEAR, FAR]), narrow(92.0, 51.0)

    first, second = (joint_sky_pictures(result, sky_map) for _ in range(2))

    assert first == second
    assert first[0].startswith(b"\x89PNG")
    assert first[1].startswith(b"%PDF")
    assert not [word for word in (b"tIME", b"Software") if word in first[0]]
    assert not [word for word in (b"CreationDate", b"Producer", b"matplotlib") if word in first[1]]


def test_pictures_do_not_depend_on_the_hashing_of_a_process() -> None:
    code = (
        "import hashlib;from tests.support.joint_samples import *;"
        "from llama.handlers.results.result import joint_result as r;"
        "from llama.handlers.plots.joint_sky import joint_sky_pictures as d;"
        "a,b=d(r(alert_json(),neutrinos=neutrinos_json()),None);"
        "print(hashlib.sha256(a+b).hexdigest())"
    )

    digests = {
        subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env={"PYTHONHASHSEED": n})
        for n in ("1", "2")
    }

    assert len(digests) == 1


@pytest.mark.parametrize("sky_map", [uniform_sky(), narrow(0.5, -89.0)])
@pytest.mark.parametrize("count", [0, 100])
def test_every_result_can_be_drawn(sky_map: MultiOrderMap | None, count: int) -> None:
    png, pdf = joint_sky_pictures(a_result(many_places(count)), sky_map)

    assert len(png) > 10_000
    assert len(pdf) > 10_000


def test_a_result_without_a_map_says_so() -> None:
    said = words(joint_sky_figure(a_result([NEAR]), None))

    assert "no readable sky map in the notice" in said


def test_a_result_without_tracks_says_so() -> None:
    said = words(joint_sky_figure(a_result([]), narrow(92.0, 51.0)))

    assert "No neutrino track within 500 s of the event." in said
    assert "no track reaches into this frame" in said


def test_the_list_says_what_a_talk_needs_of_each_track() -> None:
    said = words(joint_sky_figure(a_result([NEAR]), None))

    assert {"1", "+3.0", "1.07°", "10 TeV", "0.004"} <= {*said}


def test_tracks_beyond_the_list_are_counted() -> None:
    said = words(joint_sky_figure(a_result(many_places(100)), None))

    assert any("90 more tracks are in the table." in one for one in said)


def test_a_track_in_the_close_up_carries_its_number_there_alone() -> None:
    figure = joint_sky_figure(a_result([NEAR, FAR]), narrow(92.0, 51.0))

    sky, close_up = figure.axes[:2]

    assert [one.get_text() for one in sky.texts if one.get_text() in "12"] == ["2"]
    assert [one.get_text() for one in close_up.texts] == ["1"]


def test_a_name_is_no_formula() -> None:
    figure = joint_sky_figure(a_result([NEAR], superevent_id="S1$\\frac{1}{0}$\x07"), None)

    title = next(one for one in words(figure) if one.startswith("S1"))

    assert title.startswith("S1$\\frac{1}{0}$\N{REPLACEMENT CHARACTER}")
    assert all(joint_sky_pictures(a_result([NEAR], superevent_id="S1$\\x$漢"), None))


@pytest.mark.parametrize(
    ("name", "complete", "marks"),
    [("S1a", True, []), ("MS1a", True, ["MOCK EVENT"]), ("TS1a", False, ["TEST EVENT"])],
)
def test_what_is_partial_or_no_observation_is_marked(
    *, name: str, complete: bool, marks: list[str]
) -> None:
    found = joint_result(
        alert_json(superevent_id=name), neutrinos=neutrinos_json([], complete=complete)
    )

    said = words(joint_sky_figure(found, None))

    assert [one for one in said if one in ("MOCK EVENT", "TEST EVENT")] == marks
    assert ("PARTIAL RESULT" in said) is not complete


def test_the_close_up_grows_to_show_the_best_track_if_it_is_near() -> None:
    sky_map = narrow(92.0, 51.0)
    alone = zoom(sky_map, ())
    assert alone is not None

    beside = (3.0, 92.0, 51.0 + 1.5 * alone.radius_deg, 0.5, 1e4, 0.004)
    grown, kept = (zoom(sky_map, a_result([place]).tracks) for place in (beside, FAR))

    assert grown is not None
    assert grown.radius_deg > 1.5 * alone.radius_deg
    assert kept == alone
