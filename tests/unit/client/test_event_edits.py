"""What people do to an event's files by hand: found by content, noted once, never lost."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from llama import FileHandler, Inputs, Pipeline, uses
from llama.client.event import Event
from llama.domain.digests import digest_bytes
from llama.domain.errors import Unavailable
from llama.handlers import Alert
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
from tests.support.notices import a_notice, a_retraction


def noted(event: Event, before: int) -> list[str]:
    return [kind for kind in kinds(event)[before:] if kind in {"FilePut", "FileDeleted"}]


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


def test_of_two_files_made_together_one_that_is_deleted_comes_back(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before, files = len(kinds(event)), texts(event)
    event.files.Table.fullpath.unlink()
    event.files.Pair.fullpath.unlink()

    assert event.update() is True

    assert texts(event) == files
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


def test_files_that_are_edited_together_belong_together(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.files.Report.fullpath.write_text("my report of it")
    event.files.Pair.fullpath.write_text('{"length": 3}')
    event.files.Upper.fullpath.write_text("ABC")

    assert event.update() is False

    assert texts(event)["report.html"] == "my report of it"
    assert set(event.files.status().values()) == {"current"}


def test_cruft_is_left_alone(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = kinds(event)
    (event.eventdir / "notes.txt").write_text("mine")
    (event.eventdir / ".hidden").write_text("mine too")

    assert event.update() is False

    assert texts(event)["notes.txt"] == "mine"
    assert kinds(event) == before


def test_a_vetoed_file_that_is_edited_is_what_was_put_there(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.acts.veto("Report")
    event.files.Report.fullpath.write_text("mine")

    event.update()

    assert texts(event)["report.html"] == "mine"
    assert event.files.status()["Report"] == "vetoed"


def test_a_vetoed_file_that_is_deleted_stays_away(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.acts.veto("Report")
    event.files.Report.fullpath.unlink()

    assert event.update() is False
    assert "report.html" not in texts(event)
    assert kinds(event)[-1] == "FileDeleted"


def test_a_frozen_file_that_is_edited_is_restored_and_the_edit_set_aside(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.acts.freeze("upper.txt")
    before = kinds(event)
    event.files.Upper.fullpath.write_text("mine")

    assert event.update() is False

    aside = event.eventdir / f"upper.txt.by-hand-{digest_bytes(b'mine')[:8]}"
    assert texts(event)["upper.txt"] == "A NOTICE"
    assert event.cruft_files == (aside,)
    assert aside.read_text() == "mine"
    assert kinds(event) == before


def test_a_frozen_file_that_is_deleted_comes_back(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.acts.freeze("upper.txt")
    event.files.Upper.fullpath.unlink()

    assert event.update() is False
    assert texts(event)["upper.txt"] == "A NOTICE"


class Peak(FileHandler):
    FILENAME = "peak.txt"
    DEPENDENCIES = (uses(Alert, "event"),)

    def generate(self, inputs: Inputs) -> str:
        return "peak"


def test_what_is_put_while_the_event_is_retracted_is_kept_and_hidden(tmp_path: Path) -> None:
    event = Event("S230914ak", tmp_path, Pipeline(Alert, Peak)).ingest(a_notice())
    event.update()
    event.ingest(a_retraction())
    event.files.Peak.fullpath.write_text("my peak")

    for _ in range(3):
        event.update()

    assert not event.files.Peak.fullpath.exists()
    assert kinds(event).count("FilePut") == 1
    assert event.files.status()["Peak"] == "masked"
    assert event.bench.folder.content(digest_bytes(b"my peak")) == b"my peak"


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


@pytest.mark.parametrize("deleted", [False, True])
def test_an_edit_whose_sibling_is_missing_counts_and_is_set_aside(
    tmp_path: Path, *, deleted: bool
) -> None:
    event = a_made_event(tmp_path) if deleted else an_event(tmp_path)
    before = len(kinds(event))
    (event.eventdir / "pair.csv").unlink(missing_ok=True)
    (event.eventdir / "pair.json").write_text('{"length": 3}')
    digest = digest_bytes(b'{"length": 3}')

    assert event.update() is True

    aside = event.eventdir / f"pair.json.by-hand-{digest[:8]}"
    assert "FilePut" in noted(event, before)
    assert event.bench.folder.content(digest) == b'{"length": 3}'
    assert aside.read_text() == '{"length": 3}'
    assert event.cruft_files == (aside,)
    assert texts(event)["pair.json"] == '{"length":8}\n'


def test_edits_of_all_files_that_are_made_together_stay(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.acts.delete("pair.csv")
    (event.eventdir / "pair.csv").write_text("length\n3\n")
    (event.eventdir / "pair.json").write_text('{"length": 3}')

    event.update()

    assert texts(event)["pair.json"] == '{"length": 3}'
    assert event.cruft_files == ()


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
