"""The notices of one event in a folder, from its first alert to its last, by the engine's rules."""

from pathlib import Path

import orjson
import pytest

from llama import Event, Pipeline
from llama.domain.alarms import TEST_ALARMS
from llama.handlers import (
    Alert,
    BackgroundSet,
    BackgroundSets,
    NeutrinoList,
    PublishNotice,
    RaiseAlarm,
    ResultNotice,
    Significance,
    Skymap,
)
from llama.handlers.sky.writing import to_fits
from tests.support.notices import a_notice, a_retraction, an_event
from tests.unit.handlers.builders import a_blob

TOLD = (Alert, Skymap, NeutrinoList, BackgroundSets, BackgroundSet, Significance, ResultNotice)
SKY = to_fits(a_blob(3))
FIRST = a_notice(superevent_id="MS230914ak", event=an_event(skymap=SKY))
RETRACTED = a_retraction(superevent_id="MS230914ak")
AGAIN = a_notice(
    superevent_id="MS230914ak",
    alert_type="UPDATE",
    time_created="2023-09-14T13:20:00Z",
    event=an_event(skymap=SKY),
)


@pytest.fixture
def event(tmp_path: Path) -> Event:
    """Return an event whose result has a p-value, whatever background sets there are."""
    found = Event("MS230914ak", tmp_path, Pipeline(*TOLD, PublishNotice, RaiseAlarm)).ingest(FIRST)
    found.update(subgraph=Significance)
    _judge(found, 0.0042)
    return found


def _judge(event: Event, p_value: float) -> None:
    """Write a p-value into significance.json, as a person may."""
    path = event.files.Significance.fullpath
    path.write_bytes(orjson.dumps({**orjson.loads(path.read_bytes()), "p_value": p_value}))


def told(event: Event) -> list[tuple[object, object]]:
    """Return type and number of all that was sent, as the receipt has it."""
    receipt = orjson.loads(event.files.PublishNotice.fullpath.read_bytes())
    return [(one["alert_type"], one["record_number"]) for one in receipt["told"]]


def test_a_retraction_reaches_whoever_was_told_and_so_does_what_follows(event: Event) -> None:
    event.update()
    assert told(event) == [("initial", 1)]

    event.ingest(RETRACTED).update()
    assert told(event) == [("initial", 1), ("retraction", 2)]

    event.ingest(AGAIN).update()
    assert told(event) == [("initial", 1), ("retraction", 2), ("update", 3)]


def test_another_p_value_is_an_update_and_the_same_is_none(event: Event) -> None:
    event.update()
    event.ingest(AGAIN).update()
    assert told(event) == [("initial", 1)]

    _judge(event, 0.0555)
    event.update()

    assert told(event) == [("initial", 1), ("update", 2)]


def test_a_veto_of_the_event_retracts_what_was_told(event: Event) -> None:
    event.update()
    event.acts.flags(VETOED=True, reason="it was noise")
    event.update()

    assert told(event) == [("initial", 1), ("retraction", 2)]


def called(event: Event) -> list[str]:
    """Return what people on call were told, as the receipt has it."""
    receipt = orjson.loads(event.files.RaiseAlarm.fullpath.read_bytes())
    assert {one["topic"] for one in receipt["told"]} <= {TEST_ALARMS}
    return [one["key"] for one in receipt["told"]]


def test_people_are_called_once_and_a_retraction_calls_them_off(event: Event) -> None:
    event.update()
    _judge(event, 0.0011)
    event.update()
    assert called(event) == ["test-raised-1"]

    event.ingest(RETRACTED).update()
    assert called(event) == ["test-raised-1", "test-taken-back-2"]


def test_a_p_value_that_is_no_longer_small_calls_people_off(event: Event) -> None:
    event.update()
    _judge(event, 0.0555)
    event.update()

    assert called(event) == ["test-raised-1", "test-taken-back-2"]
