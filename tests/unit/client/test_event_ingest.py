"""Event.ingest: what a notice brings, what a retraction hides, and what is no notice."""

from pathlib import Path

import pytest

from llama import FileHandler, Inputs, Pipeline, uses
from llama.client.event import Event
from llama.handlers import Alert
from tests.support.handlers_for_events import kinds
from tests.support.notices import a_notice, a_retraction


def test_a_retraction_hides_what_was_made_and_an_update_brings_it_back(tmp_path: Path) -> None:
    class Peak(FileHandler):
        FILENAME = "peak.txt"
        DEPENDENCIES = (uses(Alert, "event"),)

        def generate(self, inputs: Inputs) -> str:
            return "peak"

    event = Event("S230914ak", tmp_path, Pipeline(Alert, Peak)).ingest(a_notice())
    event.update()

    event.ingest(a_retraction())
    assert not event.files.Peak.fullpath.exists()
    event.ingest(a_notice(alert_type="UPDATE", time_created="2023-09-14T13:20:00Z"))
    event.update()

    assert event.files.Peak.fullpath.read_text() == "peak"


@pytest.mark.parametrize(
    ("raw", "message"),
    [(b"{}", "this is no notice"), (a_notice(superevent_id="S230915ab"), "not of")],
)
def test_what_is_no_notice_of_the_event_is_refused(
    tmp_path: Path, raw: bytes, message: str
) -> None:
    event = Event("S230914ak", tmp_path, Pipeline(Alert))

    with pytest.raises(ValueError, match=message):
        event.ingest(raw)
    assert kinds(event) == []


def test_a_notice_may_be_a_file_and_is_taken_in_once(tmp_path: Path) -> None:
    (tmp_path / "notice.json").write_bytes(a_notice())
    event = Event("S230914ak", tmp_path, Pipeline(Alert)).ingest(tmp_path / "notice.json")
    state = event.state

    event.ingest(a_notice())

    assert event.state.files == state.files
    assert len(event.state.notices) == 1
