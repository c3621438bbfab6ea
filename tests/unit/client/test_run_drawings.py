"""What the drawings of a run show: wall times, and what became of the files."""

from dataclasses import replace

import pytest
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from llama.adapters.matplotlib_pictures import Draw, draw_files, draw_wall_times
from llama.ports.pictures import RunFigures
from tests.support.drawings import EMPTY, SMALL, drawn, labels, points, remarks, texts


@pytest.mark.parametrize("draw", [draw_wall_times, draw_files])
def test_handlers_are_named_the_first_on_top(draw: Draw) -> None:
    axes = drawn(draw, SMALL)
    bottom, top = axes.get_ylim()

    assert labels(axes) == ["Skymap", "Plot"]
    assert (top < 0, bottom > 1) == (True, True)


def test_every_run_is_a_point_at_its_wall_time() -> None:
    axes = drawn(draw_wall_times, SMALL)

    assert sorted(x for x, _ in points(axes)) == [0.5, 2.0, 4.0, 8.0]
    assert all(abs(y) < 0.5 for _, y in points(axes))


def test_wall_times_stand_on_a_logarithmic_axis_that_holds_them_all() -> None:
    axes = drawn(draw_wall_times, SMALL)
    low, high = axes.get_xlim()

    assert axes.get_xscale() == "log"
    assert (low < 0.5, high > 8.0) == (True, True)


def test_median_and_quartiles_are_marked() -> None:
    axes = drawn(draw_wall_times, SMALL)

    marks = [one.get_segments() for one in axes.collections if isinstance(one, LineCollection)]
    [[middle_half], [median]] = marks
    assert sorted(x for x, _ in middle_half.tolist()) == [1.625, 5.0]
    assert {x for x, _ in median.tolist()} == {3.0}


def test_median_and_number_of_runs_are_written_beside_the_points() -> None:
    assert remarks(drawn(draw_wall_times, SMALL)) == ["3.0 s  (4)", "no run"]


def test_runs_that_failed_are_counted_beside_the_points() -> None:
    figures = replace(SMALL, failed={"Skymap": 1, "Plot": 12})

    assert remarks(drawn(draw_wall_times, figures)) == ["3.0 s  (4), 1 failed", "12 failed"]


@pytest.mark.parametrize(("failed", "told"), [(1, "1 run failed"), (5, "5 runs failed")])
def test_a_run_in_which_everything_failed_says_so(failed: int, told: str) -> None:
    figures = RunFigures(2, ("Skymap",), {}, {"Skymap": {"failed": 2}}, {"Skymap": failed})

    assert f"nothing has been made: {told}" in texts(drawn(draw_wall_times, figures))


def test_bars_show_how_many_files_have_which_status() -> None:
    axes = drawn(draw_files, SMALL)

    widths = [round(bar.get_width()) for bar in axes.patches if isinstance(bar, Rectangle)]
    assert widths == [3, 1, 3, 1]


def test_finished_files_are_counted_beside_the_bars() -> None:
    assert remarks(drawn(draw_files, SMALL)) == ["4 of 4", "0 of 4"]


def test_a_handler_without_files_says_so() -> None:
    figures = RunFigures(1, ("Skymap", "Plot"), {}, {"Skymap": {"missing": 1}})

    assert remarks(drawn(draw_files, figures)) == ["0 of 1", "no files"]


def test_the_legend_names_the_statuses_that_occur_and_no_others() -> None:
    figure = drawn(draw_files, SMALL).get_figure(root=True)

    assert figure is not None
    [legend] = figure.legends
    told = [text.get_text() for text in legend.get_texts()]
    assert told == ["current", "frozen", "missing", "failed"]


@pytest.mark.parametrize("draw", [draw_wall_times, draw_files])
def test_a_run_without_events_says_so(draw: Draw) -> None:
    assert "there are no events in this run" in texts(drawn(draw, EMPTY))


def test_a_run_in_which_nothing_was_made_says_so() -> None:
    figures = RunFigures(2, ("Skymap",), {}, {"Skymap": {"missing": 2}})

    assert "nothing has been made yet" in texts(drawn(draw_wall_times, figures))


def test_a_run_without_pipelines_says_so() -> None:
    assert "no event has a pipeline yet" in texts(drawn(draw_files, RunFigures(2, ("A",), {}, {})))


def test_a_single_run_is_a_single_point() -> None:
    axes = drawn(draw_wall_times, RunFigures(1, ("Skymap",), {"Skymap": [2.5]}, {}))

    assert points(axes) == [(2.5, 0.0)]
    assert not axes.collections
