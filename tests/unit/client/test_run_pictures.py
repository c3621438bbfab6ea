"""The pictures of a run: what they show, and that it can be read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from llama.adapters.matplotlib_pictures import (
    LOOKS,
    Draw,
    draw_files,
    draw_wall_times,
    duration,
    picture,
    picture_of,
)
from llama.client.pipeline import Pipeline
from llama.client.run import Run
from llama.domain.assessment import Status
from llama.handlers import Alert
from llama.ports.pictures import RunFigures, RunPictureFormat
from tests.support.runs import FUSSED, PIPELINE, an_event_in

SIGNATURES: Mapping[str, bytes] = {"png": b"\x89PNG\r\n", "svg": b"<?xml", "pdf": b"%PDF-"}
EMPTY = RunFigures(0, ("Skymap",), {}, {})
SMALL = RunFigures(
    4,
    ("Skymap", "Plot"),
    {"Skymap": [0.5, 2.0, 8.0, 4.0]},
    {"Skymap": {"current": 3, "frozen": 1}, "Plot": {"failed": 1, "missing": 3}},
)


def figures_with(handlers: int, *, events: int = 20) -> RunFigures:
    chance = Random(handlers)
    names = tuple(f"NeutrinoCoincidenceSummary{number}" for number in range(handlers))
    statuses = [status.value for status in Status]
    return RunFigures(
        events,
        names,
        {name: [chance.lognormvariate(0, 2) for _ in range(events)] for name in names},
        {name: Counter(chance.choices(statuses, k=events)) for name in names},
    )


def drawn(draw: Draw, figures: RunFigures) -> Axes:
    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    draw(axes, figures)
    return axes


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def points(axes: Axes) -> list[tuple[float, float]]:
    """Return wall time and height of each point."""
    [line] = axes.get_lines()
    return [(float(x), float(y)) for x, y in np.asarray(line.get_xydata(), dtype=float)]


def labels(axes: Axes) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def remarks(axes: Axes) -> list[str]:
    """Return what stands at the right of the rows."""
    return [label.get_text() for label in axes.child_axes[0].get_yticklabels()]


@pytest.mark.parametrize("picture_format", ["png", "svg", "pdf"])
def test_a_picture_has_the_form_that_was_asked_for(picture_format: RunPictureFormat) -> None:
    content = picture(SMALL, (draw_files,), title="runs", picture_format=picture_format)

    assert content.startswith(SIGNATURES[picture_format])


@pytest.mark.parametrize("picture_format", ["png", "svg", "pdf"])
def test_the_same_figures_give_the_same_bytes(picture_format: RunPictureFormat) -> None:
    draws = (draw_wall_times, draw_files)

    one, other = (
        picture(SMALL, draws, title="runs", picture_format=picture_format) for _ in range(2)
    )

    assert one == other


def test_drawings_are_asked_for_by_name() -> None:
    ours = picture(SMALL, (draw_files, draw_wall_times), title="runs", picture_format="svg")

    asked = picture_of(SMALL, ("finished-files", "wall-times"), title="runs", picture_format="svg")

    assert asked == ours


def test_other_figures_give_another_picture() -> None:
    pictures = {
        picture(figures, (draw_files,), title="runs", picture_format="svg")
        for figures in (SMALL, EMPTY, figures_with(3))
    }

    assert len(pictures) == 3


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


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """One event in which nothing has been made yet."""
    (tmp_path / "O4a").mkdir()
    an_event_in(tmp_path / "O4a", "S230914ak")
    return Run(tmp_path / "O4a", PIPELINE)


def test_vis_writes_two_pictures_where_one_works(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    written = run.vis()

    assert written == (Path("wall-times.png"), Path("finished-files.png"))
    assert all(path.read_bytes().startswith(SIGNATURES["png"]) for path in written)


def test_vis_makes_the_folder_that_is_named(run: Run, tmp_path: Path) -> None:
    written = run.vis(outdir=tmp_path / "new" / "pictures")

    assert [path.parent for path in written] == [tmp_path / "new" / "pictures"] * 2
    assert all(path.is_file() for path in written)


def test_vis_makes_the_folder_of_the_one_picture(run: Run, tmp_path: Path) -> None:
    [written] = run.vis(tmp_path / "new" / "pictures" / "run.svg")

    assert written.read_bytes().startswith(SIGNATURES["svg"])


def test_vis_shows_runs_that_failed(run: Run, tmp_path: Path) -> None:
    an_event_in(run.rundir, FUSSED)
    run.update()

    run.vis(tmp_path / "run.svg")

    assert ", 1 failed -->" in (tmp_path / "run.svg").read_text()


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "SVG"])
def test_vis_writes_one_picture_as_its_suffix_says(run: Run, tmp_path: Path, suffix: str) -> None:
    outfile = tmp_path / f"run.{suffix}"

    assert run.vis(outfile) == (outfile,)
    assert outfile.read_bytes().startswith(SIGNATURES[suffix.lower()])


def test_vis_refuses_another_suffix(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"run\.jpg has none of the suffixes .png, .svg and .pdf"):
        run.vis(tmp_path / "run.jpg")

    assert not (tmp_path / "run.jpg").exists()


def test_vis_names_the_run_and_counts_its_events(run: Run, tmp_path: Path) -> None:
    run.vis(tmp_path / "one.svg")
    an_event_in(run.rundir, "S230914am")
    run.vis(tmp_path / "two.svg")

    assert "<!-- O4a: 1 event -->" in (tmp_path / "one.svg").read_text()
    assert "<!-- O4a: 2 events -->" in (tmp_path / "two.svg").read_text()


def test_vis_shows_wall_times_once_something_was_made(run: Run, tmp_path: Path) -> None:
    run.update()

    run.vis(tmp_path / "run.svg")

    told = (tmp_path / "run.svg").read_text()
    assert "<!-- Peak -->" in told
    assert "nothing has been made yet" not in told


def test_vis_of_no_events_says_so(tmp_path: Path) -> None:
    Run(tmp_path, Pipeline(Alert)).vis(tmp_path / "run.svg")

    assert "there are no events in this run" in (tmp_path / "run.svg").read_text()
