"""What people do to an event's files by hand: found by content, noted once, never lost."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from llama import FileHandler, Inputs, Pipeline, uses
from llama.client.event import Event
from tests.support.edits import noted
from tests.support.handlers_for_events import (
    EVENT,
    GOOD,
    MIXED,
    Notice,
    Upper,
    a_made_event,
    an_event,
    kinds,
    texts,
)


def test_an_edited_file_counts_and_what_is_made_from_it_is_made_again(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = len(kinds(event))
    event.files.Upper.fullpath.write_text("BY HAND")

    assert event.files.status()["Report"] == "obsolete"
    assert event.update() is True

    assert texts(event)["upper.txt"] == "BY HAND"
    assert texts(event)["report.html"] == "<p>BY HAND{'length': 7}"
    assert noted(event, before) == ["FilePut"]
    assert event.update() is False


def test_an_edit_is_noted_once(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = len(kinds(event))
    event.files.Report.fullpath.write_text("mine")

    for _ in range(3):
        event.update()
        Event(EVENT, tmp_path, GOOD).update()

    assert kinds(event)[before:] == ["FilePut"]
    assert event.files.status()["Report"] == "current"


def test_looking_at_an_edit_writes_nothing(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.files.Upper.fullpath.write_text("BY HAND")
    before = {path: path.stat().st_mtime_ns for path in event.eventdir.rglob("*")}

    event.printstatus(cruft=True)
    event.files.downselect(needregen=True)

    assert {path: path.stat().st_mtime_ns for path in event.eventdir.rglob("*")} == before


def test_a_deleted_file_is_made_again(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = len(kinds(event))
    event.files.Upper.fullpath.unlink()

    assert event.files.status()["Upper"] == "missing"
    assert event.update() is True

    assert texts(event)["upper.txt"] == "A NOTICE"
    assert noted(event, before) == ["FileDeleted"]


def test_what_came_from_outside_comes_back_when_it_is_deleted(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = kinds(event)
    event.files.Notice.fullpath.unlink()

    assert event.update() is False

    assert texts(event)["notice.txt"] == "a notice"
    assert kinds(event) == before


@pytest.mark.parametrize(
    "act",
    [
        lambda path: path.touch(),
        lambda path: os.utime(path, (0, 0)),
        lambda path: path.chmod(0o400),
        lambda path: path.write_bytes(path.read_bytes()),
    ],
    ids=["touch", "old", "read-only", "the same again"],
)
def test_a_file_with_its_old_content_was_not_edited(
    tmp_path: Path, act: Callable[[Path], object]
) -> None:
    event = a_made_event(tmp_path)
    before = kinds(event)
    act(event.files.Upper.fullpath)

    assert event.update() is False
    assert kinds(event) == before


def test_an_edit_that_is_undone_in_time_was_none(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = kinds(event)
    event.files.Upper.fullpath.write_text("BY HAND")
    event.files.Upper.fullpath.write_text("A NOTICE")

    assert event.update() is False
    assert kinds(event) == before


def test_an_older_version_can_be_put_back(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.files.Upper.fullpath.write_text("BY HAND")
    event.update()

    event.files.Upper.fullpath.write_text("A NOTICE")
    assert event.update() is True

    assert texts(event)["report.html"].startswith("<p>A NOTICE")


def test_a_file_that_was_there_before_the_pipeline_is_taken_as_it_is(tmp_path: Path) -> None:
    event = an_event(tmp_path)
    event.files.Upper.fullpath.write_text("BROUGHT ALONG")

    event.update()

    assert texts(event)["report.html"].startswith("<p>BROUGHT ALONG")
    assert event.files.status()["Upper"] == "current"


def test_files_of_handlers_that_are_not_adopted_are_nobodys_business(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    (event.eventdir / "failing.txt").write_text("mine")
    before = kinds(event)

    for _ in range(3):
        Event(EVENT, tmp_path, MIXED).acts.flags(UPLOAD=True)

    assert kinds(event)[len(before) :] == ["FlagsChanged"] * 3
    assert texts(event)["failing.txt"] == "mine"


class Watched(FileHandler):
    """Edits the event's files while it runs, as a person might."""

    FILENAME = "watched.txt"
    DEPENDENCIES = (uses(Notice), uses(Upper))

    def generate(self, inputs: Inputs) -> str:
        folder = Path(inputs[Notice].content.decode())
        (folder / Upper.FILENAME).write_text("MEANWHILE")
        return inputs[Upper].content.decode()[-5:]


def test_what_is_edited_during_an_update_is_kept_and_counts(tmp_path: Path) -> None:
    folder = tmp_path / EVENT
    event = an_event(tmp_path, Pipeline(Notice, Upper, Watched), notice=str(folder))

    assert event.update() is True

    assert texts(event)["upper.txt"] == "MEANWHILE"
    assert texts(event)["watched.txt"] == "WHILE"
    assert set(event.files.status().values()) == {"current"}
    assert kinds(event).count("FilePut") == 2
