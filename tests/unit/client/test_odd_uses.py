"""What people try, and what they get for it: an answer, or an error that says what to do."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from llama import Event, FileHandler, Pipeline, Run, TriggeredHandler, try_handler, uses
from llama.domain.digests import Digest, digest_bytes
from llama.domain.handler import Inputs
from llama.domain.selection.downselection import Downselection
from tests.support.notices import a_notice


class Words(TriggeredHandler):
    FILENAME = "words.txt"
    ASPECTS = ("first",)

    @classmethod
    def aspects_of(cls, content: bytes) -> Mapping[str, Digest]:
        return {"first": digest_bytes(json.loads(content)["first"].encode())}


class Loud(FileHandler):
    FILENAME = "loud.txt"
    DEPENDENCIES = (Words,)
    ASPECTS = ("tail",)

    def generate(self, inputs: Inputs) -> bytes:
        return inputs[Words].content.upper()


class Tail(FileHandler):
    FILENAME = "tail.txt"
    DEPENDENCIES = (uses(Loud, "tail"),)

    def generate(self, inputs: Inputs) -> str:
        return "tail"


PIPELINE = Pipeline(Words, Loud, Tail)


@pytest.fixture
def event(tmp_path: Path) -> Event:
    event = Event("S1", tmp_path, PIPELINE).init()
    event.acts.put("words.txt", b'{"first": "a"}')
    assert event.update()
    return event


def test_bytes_that_are_returned_have_the_declared_aspects(event: Event) -> None:
    made = try_handler(Loud, {Words: b"a"})

    assert made[Loud].aspects == {"tail": digest_bytes(b"A")}
    assert event.files.status()["Tail"] == "current"


def test_an_edit_that_a_handler_cannot_read_stops_nothing_else(event: Event) -> None:
    event.files.Words.fullpath.write_text("no JSON")

    event.acts.flags(UPLOAD=True)

    assert event.update()
    assert event.files.Loud.fullpath.read_bytes() == b"NO JSON"


def test_a_handler_is_the_same_however_its_folder_is_spelt(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(event.rundir)

    assert Loud("S1", ".") == event.files.Loud
    assert list(event.files.downselect(equals=Loud("S1", "."))) == ["Loud"]


def test_a_class_in_the_place_of_a_switch_is_refused(event: Event) -> None:
    with pytest.raises(TypeError, match="invert"):
        event.files.downselect(Loud)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_generator_of_values_is_looked_at_for_every_file(event: Event) -> None:
    names = (name for name in ("Loud", "Tail"))

    assert list(event.files.downselect(typename=names)) == ["Loud", "Tail"]


def test_a_notice_is_taken_in_by_the_name_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "notice.json").write_bytes(a_notice(superevent_id="S230914ak"))

    event = Event("S230914ak", tmp_path).ingest(str(tmp_path / "notice.json"))

    assert event.files.status()["Alert"] == "current"


def test_switches_alone_force_nothing(event: Event) -> None:
    assert event.update(invert=False, reducer=all) is False
    assert event.update(invert=True) is False


@pytest.mark.parametrize(
    "change", [{"FILENAME": "a/b"}, {"FILENAME": ""}, {"CODE_VERSION": 1}, {"COOL_DOWN_S": 0}]
)
def test_a_declaration_out_of_its_range_is_refused(change: dict[str, object]) -> None:
    odd = type("Odd", (Loud,), change)

    with pytest.raises(TypeError, match=r"Odd\.[A-Z_]+ is .*: make it"):
        Pipeline(Words, odd)


def test_a_run_takes_downselections_as_they_are_or_as_mappings(event: Event) -> None:
    chosen = Downselection.of(sortkey="eventid", fhnameexists="Loud")
    plain = {"sortkey": "eventid", "fhnameexists": "Loud"}

    runs = [Run(event.rundir, PIPELINE, given) for given in (chosen, plain, [plain])]

    assert len({*runs}) == 1
    assert [one.eventid for one in runs[0].events] == ["S1"]
    assert Run(event.rundir, PIPELINE, None) == Run(event.rundir, PIPELINE)


def test_a_run_refuses_what_is_no_downselection(event: Event) -> None:
    with pytest.raises(TypeError, match="selects no events"):
        Run(event.rundir, PIPELINE, "vetoed")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
