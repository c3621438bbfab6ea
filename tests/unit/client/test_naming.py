"""Files and events by the names that people type, and help with mistyped ones."""

import pytest

from llama.client.acting.naming import (
    file_named,
    file_of_class,
    handlers_named,
    left_file,
    maker_named,
    no_such_event,
    no_such_file,
)
from llama.client.acting.placing import slot_of
from llama.domain.errors import ActRefused
from llama.domain.event_state import evolve
from llama.domain.states import EventState
from schemas.facts import PipelineAdopted
from tests.support.facts import EVENT, START, Story, a_pipeline, a_trigger

MAKERS = {"alert.json": "Alert", "skymap.fits": "Skymap", "skymap_info.json": "SkymapInfo"}


def a_state() -> EventState:
    story = Story("alert -> skymap -> plot")
    story.notice()
    return story.state


def test_files_are_named_by_themselves_or_by_their_handlers() -> None:
    specs = handlers_named(a_state(), ["plot", "skymap.json", "plot.json"])

    assert [spec.name for spec in specs] == ["plot", "skymap"]
    assert file_named(a_state(), "plot.json") == file_named(a_state(), "plot") == "plot.json"


def test_a_file_stands_for_its_class_also_when_the_pipeline_has_lost_it() -> None:
    story = Story("alert -> skymap -> plot")
    story.notice()
    story.settle()
    story.graph = "alert -> info"
    story.adopt(epoch=2)

    words = ("info.json", "skymap.json", "skymap", "nothing")
    assert [maker_named(story.state, word) for word in words] == [
        "info",
        "skymap",
        "skymap",
        "nothing",
    ]


def test_a_class_stands_for_its_file_also_when_the_pipeline_has_lost_it() -> None:
    story = Story("alert -> skymap -> plot")
    story.notice()
    story.settle()
    story.graph = "alert -> info"
    story.adopt(epoch=2)

    words = ("info", "skymap", "skymap.json", "nothing")
    assert [file_of_class(story.state, word) for word in words] == [
        "info.json",
        "skymap.json",
        "skymap.json",
        "nothing",
    ]


def test_an_unknown_file_is_refused_with_those_there_are() -> None:
    with pytest.raises(ActRefused, match=r"no file x: it has alert.json \(alert\), skymap.json"):
        handlers_named(a_state(), ["x"])
    with pytest.raises(ActRefused, match=r"no file x: it has alert.json \(alert\), skymap.json"):
        file_named(a_state(), "x")


def test_files_of_an_event_without_a_pipeline_are_those_that_came() -> None:
    brought = evolve(EventState(EVENT), a_trigger())

    assert file_named(brought, "alert.json") == "alert.json"
    with pytest.raises(ActRefused, match="has adopted no pipeline yet"):
        handlers_named(brought, ["skymap"])
    with pytest.raises(ActRefused, match=f"{EVENT} has no files yet"):
        file_named(EventState(EVENT), "skymap.json")


def with_another_pipeline(*, deleted: bool = False) -> EventState:
    """Return an event whose plot was made, and whose pipeline makes none any more."""
    story = Story("alert -> skymap -> plot")
    story.notice()
    story.settle()
    if deleted:
        story.operate("delete", "plot")
    manifest = a_pipeline("alert -> skymap")
    story.tell(PipelineAdopted(id="b", occurred_at=START, event=EVENT, epoch=9, manifest=manifest))
    return story.state


@pytest.mark.parametrize("name", ["plot.json", "plot"])
def test_what_another_pipeline_has_left_is_there_and_the_reason_is_told(name: str) -> None:
    state = with_another_pipeline()

    assert left_file(state, name) == "plot.json"
    told = "plot.json of .* is from a pipeline that is not running: the one that is has no plot"
    with pytest.raises(ActRefused, match=told):
        file_named(state, name)
    with pytest.raises(ActRefused, match=told):
        handlers_named(state, [name])
    with pytest.raises(ActRefused, match=told):
        slot_of(state, name, {})


def test_what_was_deleted_or_is_the_pipelines_own_was_not_left_by_another() -> None:
    assert left_file(with_another_pipeline(deleted=True), "plot.json") is None
    assert left_file(with_another_pipeline(), "skymap.json") is None
    assert left_file(a_state(), "plot.json") is None
    assert left_file(EventState(EVENT), "plot.json") is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("skymap.fit", "skymap.fits"),
        ("SKYMAP", "skymap.fits"),
        ("Skymp", "skymap.fits"),
        ("SkymapInf", "skymap_info.json"),
        ("skymap_info", "skymap_info.json"),
    ],
)
def test_a_mistyped_file_is_answered_with_the_one_that_is_like_it(typed: str, meant: str) -> None:
    told = no_such_file(EVENT, typed, MAKERS)

    assert told.startswith(
        f"{EVENT} has no file {typed} (did you mean {meant}?): it has alert.json"
    )


def test_what_is_like_nothing_is_not_guessed_at() -> None:
    assert "did you mean" not in no_such_file(EVENT, "x.txt", MAKERS)
    assert "did you mean" not in no_such_event("S230914ak", ["S230914xy", "MS181101ab"])


def test_a_mistyped_event_is_answered_with_the_one_that_is_like_it() -> None:
    told = no_such_event("MS181101ba", ["S230914ak", "MS181101ab"])

    assert told.startswith("nothing about MS181101ba has come in (did you mean MS181101ab?)")
