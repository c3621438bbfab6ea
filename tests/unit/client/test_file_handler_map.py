"""The handlers of one event by class name."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from llama import EventTuple, Pipeline
from llama.client.pipelines.file_handler_map import FileHandlerMap
from llama.domain.handler import FileHandler
from tests.support.handlers_for_people import Notice, Plot, Sky

PIPELINE = Pipeline(Notice, Sky)


@dataclass
class AnEvent:
    eventid: str
    rundir: str


def test_instances_are_those_of_one_event() -> None:
    handlers = PIPELINE.file_handler_instances("S1", "runs")

    assert list(handlers) == ["Notice", "Sky"]
    assert handlers.Sky == handlers["Sky"] == Sky("S1", "runs")
    assert handlers.Sky.fullpath == Path("runs", "S1", "sky.fits")


@pytest.mark.parametrize("event", [EventTuple("S1", "runs"), AnEvent("S1", "runs")])
def test_what_has_an_eventid_says_which_event_is_meant(event: AnEvent) -> None:
    assert PIPELINE.file_handler_instances(event) == PIPELINE.file_handler_instances("S1", "runs")


def test_the_folder_is_the_present_one_unless_it_is_said() -> None:
    assert PIPELINE.file_handler_instances("S1").Sky.rundir == Path()


def test_it_is_a_mapping_with_attributes_that_cannot_be_changed() -> None:
    handlers = PIPELINE.file_handler_instances("S1")

    with pytest.raises(AttributeError, match="this FileHandlerMap has no 'Plot': it has Notice"):
        _ = handlers.Plot
    with pytest.raises(AttributeError):
        handlers.Sky = Sky("S2")  # type: ignore[misc]  # the mistake tested
    assert "Sky" in dir(handlers)


def test_equal_are_those_of_the_same_files() -> None:
    one, same = (PIPELINE.file_handler_instances("S1") for _ in range(2))
    other = PIPELINE.file_handler_instances("S2")

    assert one == same != other
    assert len({one, same, other}) == 2


def test_plus_adds_handlers() -> None:
    handlers = PIPELINE.file_handler_instances("S1")

    several = {Plot("S1"), Sky("S1")}

    assert handlers + Plot("S1") == handlers + several
    assert list(handlers + FileHandlerMap(Plot("S1"))) == ["Notice", "Sky", "Plot"]


@pytest.mark.parametrize("less", ["Sky", Sky, Sky("S1"), [Sky("S1")], ["Sky"], Pipeline(Sky)])
def test_minus_takes_away_handlers_classes_and_names(less: object) -> None:
    handlers = PIPELINE.file_handler_instances("S1")

    assert handlers - less == FileHandlerMap(Notice("S1"))


def test_minus_leaves_the_handler_of_another_event() -> None:
    handlers = PIPELINE.file_handler_instances("S1")

    assert handlers - Sky("S2") == handlers


def test_two_handlers_of_one_name_are_refused() -> None:
    with pytest.raises(TypeError, match="have one name: keep the handlers of each event apart"):
        _ = PIPELINE.file_handler_instances("S1") + Sky("S2")


@pytest.mark.parametrize("other", [Sky, "Sky", None])
def test_what_is_no_handler_of_an_event_is_refused(other: FileHandler) -> None:
    with pytest.raises(TypeError, match="is no handler of an event: give instances"):
        FileHandlerMap(other)


def test_it_says_what_it_has() -> None:
    assert repr(PIPELINE.file_handler_instances("S1")) == "FileHandlerMap(Notice, Sky)"
