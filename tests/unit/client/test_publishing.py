"""An event in a folder publishes into its own folder, once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from llama import Event, Pipeline
from llama.handlers.mock import mock_name, mock_notice
from tests.support.handlers_that_publish import PIPELINE, TOPIC

MERGED = datetime(2026, 11, 22, 12, tzinfo=UTC)


def an_event(folder: Path) -> Event:
    event = Event(mock_name(MERGED), rundir=folder, pipeline=Pipeline(*PIPELINE))
    return event.init({"UPLOAD": True}).ingest(mock_notice(MERGED, rounds=0))


def kinds(event: Event) -> list[str]:
    paths = sorted((event.eventdir / ".llama" / "outbox" / TOPIC).glob("*.json"))
    return [orjson.loads(path.read_bytes())["kind"] for path in paths]


def test_what_is_published_lies_in_the_events_own_folder_once(tmp_path: Path) -> None:
    event = an_event(tmp_path)

    event.update()
    event.files.Publication.fullpath.unlink()
    event.update()

    assert event.files.Publication.fullpath.exists()
    assert kinds(event) == ["initial"]


def test_a_retraction_is_published_once_and_then_lifted(tmp_path: Path) -> None:
    event = an_event(tmp_path)
    event.update()

    for minutes, kind in ((30, "RETRACTION"), (40, "UPDATE")):
        late = timedelta(minutes=minutes)
        event.ingest(mock_notice(MERGED, alert_type=kind, latency=late, rounds=0))
        event.update()
        event.update()

    assert kinds(event) == ["initial", "retraction", "update"]
