"""What an operator does with an event in a folder: each act is a fact, and works as in a system."""

from collections.abc import Callable
from pathlib import Path

import pytest

from llama.client.event import Event
from llama.client.local.acts import LocalActs
from llama.domain.errors import ActRefused
from llama.domain.flags import MANUAL, PRESETS, TRIGGERED_PUBLIC
from schemas.facts import Act, FileFrozen, FlagsChanged
from tests.support.handlers_for_events import (
    EVENT,
    GOOD,
    MIXED,
    Failing,
    Hopeless,
    Pair,
    Report,
    Upper,
    a_made_event,
    an_event,
    kinds,
    texts,
)


def last(event: Event) -> Act | FlagsChanged:
    fact = event.bench.folder.facts(0)[0][-1]
    assert isinstance(fact, Act | FlagsChanged)
    return fact


def test_veto_forbids_the_making_of_files_and_unveto_allows_it_again(tmp_path: Path) -> None:
    event = an_event(tmp_path)

    event.acts.veto("upper.txt", Report, reason="not now")
    assert event.update() is False
    assert event.files.reasons()["Upper"] == ("vetoed", "by an operator: not now")
    event.acts.unveto("Upper", "Report", reason="now")

    assert last(event).reason == "now"
    assert event.update() is True
    assert event.files.status()["Report"] == "current"


def test_veto_of_nothing_in_particular_stops_the_whole_event(tmp_path: Path) -> None:
    event = an_event(tmp_path)

    event.acts.veto(reason="wait")
    assert (event.flags.VETOED, last(event).reason) == (True, "wait")
    assert event.update() is False
    event.acts.unveto()

    assert event.update() is True


def test_freeze_keeps_files_and_unfreeze_lets_them_go(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.acts.freeze(Report, reason="published")
    event.files.Upper.fullpath.write_text("edited")

    event.update()
    assert texts(event)["report.html"].startswith("<p>A NOTICE")
    event.acts.unfreeze("report.html")
    event.update()

    assert texts(event)["report.html"].startswith("<p>edited")


def test_a_frozen_file_can_be_neither_deleted_nor_replaced(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.acts.freeze(Report, reason="published")

    with pytest.raises(ActRefused, match="unfreeze"):
        event.acts.delete(Report)
    with pytest.raises(ActRefused, match="unfreeze"):
        event.acts.put(Report, b"<p>another")

    assert texts(event)["report.html"].startswith("<p>A NOTICE")
    assert isinstance(last(event), FileFrozen)


def test_retry_asks_for_another_run_also_of_what_has_failed_for_good(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, MIXED)

    event.acts.retry(Hopeless, "failing.txt", reason="once more")
    assert set(event.files.downselect(needregen=True)) == {"Hopeless", "Failing"}
    event.update()

    assert kinds(event).count("FileFailed") == 4


def test_cancel_does_without_the_run_that_files_need_now(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, MIXED)

    event.acts.cancel(Failing, reason="the server is gone")

    assert event.files.reasons()["Failing"][1].endswith("the server is gone")
    assert event.files.status()["Failing"] == "failed"


def test_delete_makes_files_go_until_they_are_made_again(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    event.acts.delete("pair.csv", reason="wrong")
    assert texts(event).keys() == {"notice.txt", "upper.txt", "report.html"}
    event.update()

    assert "pair.csv" in texts(event)


@pytest.mark.parametrize("name", ["upper.txt", Upper])
def test_put_takes_bytes_or_a_file(tmp_path: Path, name: str | type[Upper]) -> None:
    event = a_made_event(tmp_path)
    (tmp_path / "content").write_bytes(b"PUT")

    event.acts.put(name, tmp_path / "content", reason="better")
    assert (texts(event)["upper.txt"], last(event).reason) == ("PUT", "better")
    event.acts.put(name, b"BYTES")

    assert event.files.status()["Upper"] == "current"
    assert event.update() is True
    assert texts(event)["report.html"].startswith("<p>BYTES")


def test_put_knows_the_aspects_of_what_is_put(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    event.acts.put(Pair, b'{"length": 8, "more": true}')

    assert event.files.status()["Report"] == "current"
    event.acts.put(Pair, b'{"length": 9}')
    assert event.files.status()["Report"] == "obsolete"


@pytest.mark.parametrize("wrong", ["text", None, bytearray(b"bytes")])
def test_what_is_no_content_is_not_put(tmp_path: Path, wrong: object) -> None:
    event = Event(EVENT, tmp_path, GOOD).init()

    with pytest.raises(TypeError, match=r"upper.txt cannot be put from a .*: give bytes"):
        event.acts.put("upper.txt", wrong)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert kinds(event) == []


def test_flags_changes_some_and_leaves_the_others(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path, GOOD).init(MANUAL)

    event.acts.flags(UPLOAD=True, ROLE="test", reason="a drill")

    flags = event.flags.as_mapping()
    assert flags == {**MANUAL.as_mapping(), "UPLOAD": True, "ROLE": "test"}
    assert last(event).reason == "a drill"


@pytest.mark.parametrize("wrong", [{"COLOUR": "red"}, {"ROLE": "villain"}, {"UPLOAD": "perhaps"}])
def test_flags_that_do_not_exist_are_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    event = Event(EVENT, tmp_path, GOOD).init()

    with pytest.raises(ValueError, match=r"COLOUR|ROLE|UPLOAD"):
        event.acts.flags(**wrong)  # type: ignore[arg-type]  # the mistake
    assert kinds(event) == []


def test_preset_sets_all_flags_but_the_veto(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path, GOOD).init()
    event.acts.veto()

    event.acts.preset("MANUAL")
    assert event.flags.as_mapping() == {**MANUAL.as_mapping(), "VETOED": True}
    event.acts.preset(TRIGGERED_PUBLIC, reason="public")

    assert event.flags.as_mapping() == {**TRIGGERED_PUBLIC.as_mapping(), "VETOED": True}


def test_a_preset_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path, GOOD).init()

    with pytest.raises(ValueError, match=f"no preset MINE: use one of {', '.join(PRESETS)}"):
        event.acts.preset("MINE")


@pytest.mark.parametrize(
    "act", ["veto", "unveto", "freeze", "unfreeze", "retry", "cancel", "delete"]
)
def test_acts_on_files_that_do_not_exist_are_refused(tmp_path: Path, act: str) -> None:
    event = a_made_event(tmp_path)
    before = kinds(event)

    with pytest.raises(ActRefused, match=r"has no file skymap.fits: it has .*upper.txt"):
        getattr(event.acts, act)("skymap.fits")
    with pytest.raises(ActRefused, match=r"the pipeline has no file skymap.fits: it has"):
        event.acts.put("skymap.fits", b"")
    assert kinds(event) == before


def test_an_act_before_the_first_update_adopts_the_pipeline(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path, GOOD).init()

    event.acts.veto("report.html")

    assert kinds(event) == ["PipelineAdopted", "FileVetoed"]
    assert event.files.status()["Report"] == "vetoed"


def test_each_of_equal_acts_is_one(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    for _ in range(3):
        event.acts.delete("upper.txt")
        event.update()

    ids = [fact.id for fact in event.bench.folder.facts(0)[0]]
    assert len(ids) == len(set(ids))
    assert kinds(event).count("FileDeleted") == 3


@pytest.mark.parametrize(
    "act",
    [
        lambda acts: acts.veto(Upper),
        lambda acts: acts.unveto(Upper),
        lambda acts: acts.freeze(Upper),
        lambda acts: acts.unfreeze(Upper),
        lambda acts: acts.retry(Upper),
        lambda acts: acts.cancel(Upper),
        lambda acts: acts.delete(Upper),
        lambda acts: acts.put(Upper, b"PUT"),
        lambda acts: acts.flags(UPLOAD=True),
        lambda acts: acts.preset("MANUAL"),
    ],
)
def test_every_act_gives_the_event_to_go_on_with(
    tmp_path: Path, act: Callable[[LocalActs[Event]], Event]
) -> None:
    event = a_made_event(tmp_path)

    assert act(event.acts) is event


def test_a_preset_may_be_some_flags_by_name(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path, GOOD).init(MANUAL)

    event.acts.preset({"UPLOAD": True, "VETOED": True})

    flags = event.flags.as_mapping()
    assert flags == {**MANUAL.as_mapping(), "UPLOAD": True, "VETOED": True}
