"""Files that are vetoed, frozen or masked, touched by hand all the same."""

from pathlib import Path

from llama import FileHandler, Inputs, Pipeline, uses
from llama.client.event import Event
from llama.domain.digests import digest_bytes
from llama.handlers import Alert
from tests.support.handlers_for_events import a_made_event, kinds, texts
from tests.support.notices import a_notice, a_retraction


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
