"""The time-line: weights, tracks and other moments in the window."""

from datetime import timedelta

import orjson
import pytest
from matplotlib.text import Text

from llama.handlers.plots.moments import moments_of
from llama.handlers.plots.timeline import Moment, timeline_figure, timeline_picture, weight
from llama.handlers.results.result import JointResult, joint_result
from tests.support.joint_samples import (
    EVENT_TIME,
    alert_json,
    many_places,
    neutrinos_json,
    significance_json,
)

BURST = Moment("Fermi GRB", EVENT_TIME + timedelta(seconds=2.02), is_observation=True)
NOTICE = Moment("notice", EVENT_TIME + timedelta(minutes=16), is_observation=False)


def words(result: JointResult, *moments: Moment) -> str:
    figure = timeline_figure(result, moments)
    return "\n".join(one.get_text() for one in figure.findobj(Text))


def a_result(count: int, *, complete: bool = True) -> JointResult:
    places = many_places(count)
    return joint_result(
        alert_json(),
        neutrinos=neutrinos_json(places, complete=complete),
        significance=significance_json(places),
    )


@pytest.mark.parametrize(
    ("dt_s", "expected"), [(0, 1.0), (250, 0.5), (-250, 0.5), (500, 0.0), (-499, 0.002), (900, 0.0)]
)
def test_the_weight_is_a_triangle(dt_s: float, expected: float) -> None:
    assert weight(dt_s) == pytest.approx(expected)


@pytest.mark.parametrize("count", [0, 100])
def test_every_result_can_be_drawn_and_gives_the_same_bytes(count: int) -> None:
    first, second = (timeline_picture(a_result(count), [BURST, NOTICE]) for _ in range(2))

    assert first == second
    assert first.startswith(b"\x89PNG")
    assert b"Software" not in first


def test_moments_are_told_with_their_distance_from_the_event() -> None:
    said = words(a_result(1), BURST, NOTICE)

    assert "Fermi GRB 2.0 s after" in said
    assert "notice 16 min after" in said


def test_an_open_window_is_told() -> None:
    said = words(a_result(2, complete=False))

    assert "PARTIAL RESULT" in said
    assert "open until 2023-09-14 11:23:21 UTC" in said


def test_an_event_without_a_time_has_a_time_line_without_tracks() -> None:
    untimed = joint_result(alert_json(event=None), neutrinos=neutrinos_json())

    said = words(untimed, BURST)

    assert "time not given" in said
    assert "no neutrino track in the window" in said


def test_moments_are_read_from_the_files_of_the_event() -> None:
    trigger = {"observatory": "Fermi", "search": "GRB", "time": "2023-09-14T11:14:03.108Z"}
    files = {
        "alert.json": orjson.dumps(alert_json()),
        "external_triggers.json": orjson.dumps({"triggers": [trigger, {"time": None}, 5]}),
    }

    found = moments_of(files)

    assert [(one.words, one.is_observation) for one in found] == [
        ("Fermi GRB", True),
        ("preliminary notice", False),
    ]


def test_a_received_trigger_is_a_moment_unless_the_notice_names_it_too() -> None:
    received = {"told_by": "received", "time": "2023-09-14T11:14:03Z", "search": None}
    entries = [
        {**received, "observatory": "KM3NeT", "kind": "neutrino_track"},
        {**received, "observatory": "Fermi", "kind": "grb", "named_by_notice": True},
        {**received, "observatory": "Super-Kamiokande", "kind": "other", "is_test": True},
    ]
    files = {
        "alert.json": orjson.dumps(alert_json()),
        "external_triggers.json": orjson.dumps({"triggers": entries}),
    }

    found = [one.words for one in moments_of(files) if one.is_observation]

    assert found == ["KM3NeT neutrino track", "Super-Kamiokande trigger (test)"]


def test_very_many_moments_are_all_drawn_within_the_picture() -> None:
    many = [
        Moment(f"burst {number}", EVENT_TIME + timedelta(seconds=number), is_observation=True)
        for number in range(40)
    ]

    figure = timeline_figure(a_result(1), many)

    heights = [one.get_position()[1] for one in figure.findobj(Text) if "burst" in one.get_text()]
    assert len(heights) == 40
    assert all(0.0 < height < 1.0 for height in heights)


def test_a_notice_without_a_time_is_no_moment() -> None:
    assert not moments_of({"alert.json": orjson.dumps(alert_json(time_created=5))})
