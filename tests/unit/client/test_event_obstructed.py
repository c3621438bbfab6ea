"""What stands in a file's place that is no file, and what is there besides the files."""

from pathlib import Path

import pytest

from llama.client.event import Event
from llama.domain.errors import Unavailable
from tests.support.edits import noted
from tests.support.handlers_for_events import Upper, a_made_event, an_event, kinds, texts


def test_cruft_is_left_alone(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = kinds(event)
    (event.eventdir / "notes.txt").write_text("mine")
    (event.eventdir / ".hidden").write_text("mine too")

    assert event.update() is False

    assert texts(event)["notes.txt"] == "mine"
    assert kinds(event) == before


def test_a_file_turned_into_a_link_is_read_and_the_target_left_alone(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    target = tmp_path / "elsewhere"
    target.write_text("LINKED")
    event.files.Upper.fullpath.unlink()
    event.files.Upper.fullpath.symlink_to(target)

    event.update()
    assert texts(event)["report.html"].startswith("<p>LINKED")
    event.acts.delete("upper.txt")
    event.update()

    assert target.read_text() == "LINKED"
    assert texts(event)["upper.txt"] == "A NOTICE"


def an_obstructed_event(rundir: Path) -> Event:
    """Make an event, then put a folder in the place of a file."""
    event = a_made_event(rundir)
    event.files.Upper.fullpath.unlink()
    event.files.Upper.fullpath.mkdir()
    return event


def test_a_folder_in_a_file_s_place_hinders_nothing_that_does_not_concern_it(
    tmp_path: Path,
) -> None:
    event = an_obstructed_event(tmp_path)
    event.files.Report.fullpath.unlink()
    before = len(kinds(event))

    event.acts.flags(UPLOAD=True)
    event.acts.freeze("pair.json")
    event.acts.put("notice.txt", b"a notice")
    assert event.update(typename="Report") is True

    assert texts(event)["report.html"] == "<p>A NOTICE{'length': 8}"
    assert noted(event, before) == ["FileDeleted", "FilePut"]


def test_a_folder_in_a_file_s_place_is_told_when_it_concerns_the_work(tmp_path: Path) -> None:
    event = an_obstructed_event(tmp_path)

    for work in (event.update, lambda: event.acts.put(Upper, b"PUT")):
        with pytest.raises(Unavailable, match=r"upper\.txt is a folder.*: move it away"):
            work()
    event.files.Upper.fullpath.rmdir()
    event.update()

    assert texts(event)["upper.txt"] == "A NOTICE"


def test_what_is_made_while_a_folder_is_in_its_place_is_shown_when_it_is_gone(
    tmp_path: Path,
) -> None:
    event = an_event(tmp_path)
    event.files.Upper.fullpath.mkdir()

    with pytest.raises(Unavailable, match="is a folder"):
        event.update()
    assert set(event.files.status().values()) == {"current"}
    event.files.Upper.fullpath.rmdir()

    assert event.update() is False
    assert texts(event)["upper.txt"] == "A NOTICE"
