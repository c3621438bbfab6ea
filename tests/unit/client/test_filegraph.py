"""FileGraph: the handlers of an event, put together, taken apart, looked at and drawn."""

from pathlib import Path

import pytest

from llama import Pipeline
from llama.client.event import Event
from llama.client.filegraph import FileGraph
from llama.domain.drawing.graph import LOOKS
from tests.support.handlers_for_events import (
    EVENT,
    GOOD,
    MIXED,
    Failing,
    Notice,
    Pair,
    Report,
    Table,
    Upper,
    a_made_event,
    an_event,
    kinds,
    texts,
)


@pytest.fixture
def event(tmp_path: Path) -> Event:
    return Event(EVENT, tmp_path, GOOD)


def test_handlers_are_items_and_attributes_ancestors_first(event: Event) -> None:
    files = event.files

    assert files.Upper == files["Upper"] == Upper(EVENT, event.rundir)
    assert list(files)[:2] == ["Notice", "Upper"]
    assert len(files) == 5
    assert "Upper" in dir(files)


def test_files_are_items_by_their_names_too(event: Event) -> None:
    files = event.files

    assert files["upper.txt"] is files["Upper"]
    assert files.get("upper.txt") is files.Upper
    assert "upper.txt" in files
    assert "skymap.fits" not in files
    assert "upper.txt" not in list(files)
    assert files - "upper.txt" == files - "Upper"


def test_a_handler_that_is_not_there_is_told(event: Event) -> None:
    with pytest.raises(AttributeError, match="has no 'Skymap': it has Notice"):
        _ = event.files.Skymap
    with pytest.raises(KeyError, match="has no 'Skymap'"):
        _ = event.files["Skymap"]


def test_handlers_know_where_their_files_are(event: Event) -> None:
    assert event.files.Upper.fullpath == event.eventdir / "upper.txt"


def test_graphs_cannot_be_changed(event: Event) -> None:
    with pytest.raises(TypeError):
        event.files["Upper"] = event.files.Upper  # type: ignore[index]  # the mistake
    with pytest.raises(AttributeError):
        event.files.Upper = event.files.Upper  # type: ignore[misc]  # the mistake


def test_plus_adds_handlers_of_the_event(event: Event) -> None:
    files = event.files

    assert (files - "Upper") + files.Upper == files
    assert (files - "Upper" - "Pair") + [files.Upper, files.Pair] == files
    assert (files - "Upper") + files == files
    assert set(files + Failing(event)) == {*files, "Failing"}


def test_plus_refuses_handlers_of_other_events(event: Event) -> None:
    with pytest.raises(TypeError, match=f"is not of {EVENT} in"):
        _ = event.files + Upper("S2", event.rundir)
    with pytest.raises(TypeError):
        _ = event.files + 5  # type: ignore[operator]  # the mistake


@pytest.mark.parametrize("what", ["name", "class", "handler", "handlers", "graph"])
def test_minus_takes_handlers_away(event: Event, what: str) -> None:
    less = {
        "name": "Upper",
        "class": Upper,
        "handler": event.files.Upper,
        "handlers": [event.files.Upper],
        "graph": event.files.downselect(type=Upper),
    }

    assert set(event.files - less[what]) == {"Notice", "Pair", "Table", "Report"}
    assert event.files - less[what] - less[what] == event.files - less[what]


def test_graphs_are_equal_if_their_handlers_are(event: Event, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()

    assert event.files == Event(EVENT, tmp_path, Pipeline(*GOOD.values())).files
    assert hash(event.files) == hash(event.files)
    assert event.files != Event(EVENT, tmp_path / "other", GOOD).files
    assert event.files != dict(event.files)
    assert repr(event.files.downselect(type=[Notice, Upper])) == "FileGraph(Notice, Upper)"


def test_downselect_without_criteria_is_everything(event: Event) -> None:
    assert event.files.downselect() == event.files
    assert event.files.downselect(invert=True) == event.files - event.files


def test_downselect_meets_all_criteria_or_any_or_none(event: Event) -> None:
    files = event.files

    both = files.downselect(extension="txt", startswith="u")
    any_of = files.downselect(reducer=any, nameis="pair.csv", startswith="u")
    none = files.downselect(invert=True, reducer=any, nameis="pair.csv", startswith="u")

    assert set(both) == {"Upper"}
    assert set(any_of) == {"Upper", "Table"}
    assert any_of + none == files
    assert isinstance(both, FileGraph)


def test_downselect_refuses_what_is_no_criterion(event: Event) -> None:
    for files in (event.files, event.files - event.files):
        with pytest.raises(TypeError, match=r"no criterion color: use one of ancestor, .*vetoed"):
            files.downselect(color="red")  # type: ignore[call-arg]  # the mistake


def test_update_makes_what_needs_it_of_these_files(tmp_path: Path) -> None:
    event = an_event(tmp_path)

    assert event.files.downselect(type=[Upper, Report]).update() is True

    assert texts(event).keys() == {"notice.txt", "upper.txt"}
    assert event.files.downselect(type=[Upper, Report]).update() is False


def test_update_with_criteria_makes_them_again(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = kinds(event).count("FileGenerated")

    assert event.files.update(typename="Table") is True
    assert event.files.downselect(type=Upper).update(typename="Table") is False

    assert kinds(event).count("FileGenerated") == before + 1


def test_update_with_other_handlers_makes_theirs_too(tmp_path: Path) -> None:
    event = an_event(tmp_path, Pipeline(Notice))

    assert (event.files + Upper(event)).update() is True

    assert texts(event)["upper.txt"] == "A NOTICE"


def test_status_and_reasons_of_each_file(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, MIXED)

    status, reasons = event.files.status(), event.files.reasons()

    assert {name: one for name, (one, _) in reasons.items()} == status
    assert status["Table"] == status["Pair"] == "current"
    assert reasons["AfterHopeless"] == ("blocked", "hopeless.txt is failed")


def test_digests_are_those_of_the_files_that_can_be_seen(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, MIXED)
    event.acts.delete("report.html")

    digests = event.files.digests()

    there = {name for name, digest in digests.items() if digest is not None}
    assert there == set(event.files.downselect(exists=True))
    assert there == {"Notice", "Upper", "Pair", "Table"}


def test_the_graph_has_live_colours_and_a_legend_of_them(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, MIXED)
    event.acts.veto("report.html")
    event.acts.delete("pair.csv")

    dot = event.files.dependency_graph()

    seen = set(event.files.status().values())
    assert len(seen) > 4
    for status, look in LOOKS.items():
        assert (f'"{look.line}"' in dot) is (status in seen), status
        assert (f">{status.value}<" in dot) is (status in seen), status


def test_the_graph_has_a_title_and_a_background(event: Event) -> None:
    assert EVENT in event.files.dependency_graph()
    dot = event.files.dependency_graph(title="A title", bgcolor="white")
    assert "A title" in dot
    assert 'bgcolor="#ffffff"' in dot


def test_the_background_is_black_unless_it_is_said_as_of_a_pipeline(event: Event) -> None:
    for graph in (event.files, event.pipeline):
        assert 'bgcolor="#000000"' in graph.dependency_graph()


def test_the_folder_of_a_graph_is_made_if_need_be(event: Event, tmp_path: Path) -> None:
    for number, graph in enumerate((event.files, event.pipeline)):
        target = tmp_path / str(number) / "new" / "graph.svg"
        graph.dependency_graph(target)
        assert target.read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize(
    ("suffix", "begins"),
    [("dot", b"digraph"), ("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")],
)
def test_the_graph_is_written_in_the_form_that_the_name_says(
    event: Event, tmp_path: Path, suffix: str, begins: bytes
) -> None:
    target = tmp_path / f"graph.{suffix}"

    event.files.dependency_graph(str(target))

    assert target.read_bytes().startswith(begins)


def test_a_graph_in_no_known_form_is_refused(event: Event, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="none of the suffixes"):
        event.files.dependency_graph(tmp_path / "graph.gif")


def test_made_along_means_of_the_same_run(tmp_path: Path) -> None:
    files = a_made_event(tmp_path).files

    assert set(files.downselect(depends=Upper)) == {"Pair", "Table", "Report"}
    assert set(files.downselect(ancestor=Table)) == set(files.downselect(ancestor=Pair))
