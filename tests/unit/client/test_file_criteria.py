"""The criteria of FileGraph.downselect, one by one."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from llama import JSONHandler
from llama.client.event import Event
from llama.client.local.file_criteria import FileCriteria, Selection
from tests.support.handlers_for_events import (
    EVENT,
    MIXED,
    Failing,
    Hopeless,
    Notice,
    Pair,
    Report,
    Upper,
    a_made_event,
    an_event,
)
from tests.support.memory_system import SetClock

ALL = set(MIXED)
FROM_UPPER = {"Pair", "Table", "Report"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Event:
    return a_made_event(tmp_path_factory.mktemp("made"), MIXED)


def chosen(event: Event, **criteria: object) -> set[str]:
    return set(event.files.downselect(**criteria))  # type: ignore[arg-type]  # any of them


@pytest.mark.parametrize(
    ("criterion", "value", "expected"),
    [
        ("instanceof", JSONHandler, {"Pair"}),
        ("instanceof", (JSONHandler, Notice), {"Pair", "Notice"}),
        ("type", Upper, {"Upper"}),
        ("type", JSONHandler, set[str]()),
        ("type", [Upper, Pair], {"Upper", "Pair"}),
        ("typename", "Upper", {"Upper"}),
        ("typename", ["Upper", "Pair"], {"Upper", "Pair"}),
        ("extension", "html", {"Report"}),
        ("extension", ".html", {"Report"}),
        ("extension", "tml", set[str]()),
        ("extension", ["csv", "json"], {"Table", "Pair"}),
        ("startswith", "pair.", {"Pair", "Table"}),
        ("startswith", ["u", "n"], {"Upper", "Notice"}),
        ("endswith", "less.txt", {"Hopeless", "AfterHopeless"}),
        ("inname", "opele", {"Hopeless", "AfterHopeless"}),
        ("inname", ["ppe", "tic"], {"Upper", "Notice"}),
        ("nameis", "hopeless.txt", {"Hopeless"}),
        ("nameis", ["upper.txt", "pair.csv"], {"Upper", "Table"}),
        ("depends", Upper, FROM_UPPER),
        ("depends", [Pair, Hopeless], {"Report", "AfterHopeless"}),
        ("ancestor", Report, {"Notice", "Upper", "Pair"}),
        ("ancestor", Notice, set[str]()),
        ("descendent", Upper, FROM_UPPER),
        ("descendent", Notice, ALL - {"Notice"}),
        ("subgraph", Pair, {"Notice", "Upper", "Pair"}),
        ("subgraph", [Failing, Hopeless], {"Notice", "Failing", "Hopeless"}),
        ("dependsname", "Pair", {"Report"}),
        ("dependsname", ["Pair", "Hopeless"], {"Report", "AfterHopeless"}),
        ("dependsfile", "pair.json", {"Report"}),
        ("dependsfile", "upper.txt", FROM_UPPER),
    ],
)
def test_what_a_file_is(made: Event, criterion: str, value: object, expected: set[str]) -> None:
    assert chosen(made, **{criterion: value}) == expected


def test_equals_takes_handlers_of_this_event(made: Event) -> None:
    assert chosen(made, equals=Upper(made)) == {"Upper"}
    assert chosen(made, equals=[Upper(made), Pair(made)]) == {"Upper", "Pair"}
    assert chosen(made, equals=Upper("S2", made.rundir)) == set()


def test_relatives_may_be_handlers_of_the_event(made: Event) -> None:
    assert chosen(made, descendent=made.files.Upper) == FROM_UPPER
    assert chosen(made, subgraph=made.files.Upper) == {"Notice", "Upper"}


@pytest.mark.parametrize("criterion", ["instanceof", "type", "depends", "ancestor", "subgraph"])
def test_what_is_no_handler_is_refused(made: Event, criterion: str) -> None:
    with pytest.raises(TypeError, match="is no FileHandler"):
        chosen(made, **{criterion: "Upper"})


def edited(event: Event) -> None:
    event.files.Upper.fullpath.write_text("edited")


def vetoed(event: Event) -> None:
    event.acts.veto("upper.txt")


def frozen(event: Event) -> None:
    event.acts.freeze("report.html")
    edited(event)


def untouched(event: Event) -> None:
    assert event.exists()


def later(event: Event) -> None:
    event.bench.clock = SetClock(event.state.as_of + timedelta(hours=1))


def failed_again(event: Event) -> None:
    event.acts.put("failing.txt", b"by hand")
    event.files.Notice.fullpath.write_text("another")
    event.update()


@pytest.mark.parametrize(
    ("act", "criterion", "expected"),
    [
        (untouched, "exists", {"Notice", "Upper", "Pair", "Table", "Report"}),
        (untouched, "cooldown", {"Failing"}),
        (later, "cooldown", set[str]()),
        (untouched, "intent", {"Failing"}),
        (edited, "intent", {"Failing", "Pair", "Table"}),
        (vetoed, "vetoed", {"Upper"}),
        (lambda event: event.acts.veto(), "vetoed", ALL - {"Notice"}),
        (vetoed, "urvetoed", FROM_UPPER),
        (untouched, "obsolete", set[str]()),
        (edited, "obsolete", FROM_UPPER),
        (edited, "selfobsolete", FROM_UPPER),
        (frozen, "selfobsolete", {"Pair", "Table"}),
        (failed_again, "selfobsolete", {"Failing"}),
        (untouched, "depsmet", ALL - {"AfterHopeless"}),
        (edited, "depsmet", ALL - {"AfterHopeless", "Report"}),
        (vetoed, "depsmet", {"Notice", "Upper", "Failing", "Hopeless"}),
        (untouched, "needregen", set[str]()),
        (edited, "needregen", {"Pair", "Table"}),
        (later, "needregen", {"Failing"}),
    ],
)
def test_how_a_file_stands(
    tmp_path: Path, act: Callable[[Event], object], criterion: str, expected: set[str]
) -> None:
    event = a_made_event(tmp_path, MIXED)

    act(event)

    assert chosen(event, **{criterion: True}) == expected
    assert chosen(event, **{criterion: False}) == ALL - expected


def test_what_needs_regeneration_is_what_an_update_makes(tmp_path: Path) -> None:
    event = an_event(tmp_path, MIXED)
    rounds: list[set[str]] = []
    while needed := chosen(event, needregen=True):
        rounds.append(needed)
        event.files.downselect(needregen=True).update()

    assert rounds == [{"Upper", "Failing", "Hopeless"}, {"Pair", "Table"}, {"Report"}]


def test_an_event_that_was_not_begun_can_be_asked(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path, MIXED)

    assert chosen(event, exists=True) == set()
    assert chosen(event, depsmet=True) == {"Notice"}


def test_all_criteria_are_tested_here() -> None:
    assert set(FileCriteria.__annotations__) == {
        *("equals", "instanceof", "type", "typename", "extension", "startswith", "endswith"),
        *("inname", "nameis", "depends", "ancestor", "descendent", "subgraph", "dependsname"),
        *("dependsfile", "exists", "cooldown", "intent", "vetoed", "urvetoed", "obsolete"),
        *("selfobsolete", "depsmet", "needregen"),
    }
    assert set(Selection.__annotations__) - set(FileCriteria.__annotations__) >= {"invert"}
