"""The pictures of a run: their forms, and how `Run.vis` writes them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from llama.adapters.matplotlib_pictures import draw_files, draw_wall_times, picture, picture_of
from llama.client.pipeline import Pipeline
from llama.client.run import Run
from llama.handlers import Alert
from llama.ports.pictures import RunPictureFormat
from tests.support.drawings import EMPTY, SMALL, figures_with
from tests.support.runs import FUSSED, PIPELINE, an_event_in

SIGNATURES: Mapping[str, bytes] = {"png": b"\x89PNG\r\n", "svg": b"<?xml", "pdf": b"%PDF-"}


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
