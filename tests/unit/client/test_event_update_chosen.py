"""Event.update of chosen files: what is made, how often, and what is left."""

from pathlib import Path

import pytest

from llama import FileHandler, Inputs, Pipeline
from llama.client.event import Event
from llama.client.local.file_criteria import Selection
from schemas.facts import FileFailed, FileGenerated
from tests.support.handlers_for_events import (
    MIXED,
    Notice,
    Upper,
    a_made_event,
    an_event,
    kinds,
    texts,
)


def test_criteria_choose_what_is_made_again(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = len(kinds(event))

    assert event.update(typename=["Upper", "Pair"]) is True

    made = [one.handler for one in event.bench.folder.facts(0)[0] if one.kind == "FileGenerated"]
    assert made[-2:] == ["Upper", "Pair"]
    assert kinds(event)[before:] == ["FileRequested"] * 2 + ["FileGenerated"] * 2


def test_criteria_leave_all_others(tmp_path: Path) -> None:
    event = an_event(tmp_path)

    assert event.update(nameis="upper.txt") is True

    assert texts(event).keys() == {"notice.txt", "upper.txt"}
    assert "FileRequested" not in kinds(event)


@pytest.mark.parametrize("criterion", ["typename", "nameis", "dependsname", "dependsfile"])
def test_a_name_that_there_is_not_is_refused(tmp_path: Path, criterion: str) -> None:
    event = an_event(tmp_path)
    there = "Upper" if criterion.endswith("name") else "upper.txt"

    for names in ("Nope", [there, "Nope"]):
        with pytest.raises(ValueError, match=rf"{criterion}='Nope': .* but .*{there}"):
            event.update(**{criterion: names})  # type: ignore[arg-type]  # by its name
    assert texts(event).keys() == {"notice.txt"}


def test_what_cannot_be_made_now_is_not_made_later_to_a_surprise(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.acts.freeze("Report")

    assert event.update(typename="Report") is False
    event.acts.unfreeze("Report")
    assert event.update() is False


def test_what_comes_from_outside_is_not_asked_for(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = kinds(event)

    assert event.update(type=Notice) is False
    assert kinds(event) == before


def test_no_such_criterion_is_told(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="there is no criterion colour"):
        a_made_event(tmp_path).update(colour="red")  # type: ignore[call-arg]  # the mistake


def test_update_of_some_files_adopts_the_whole_pipeline_once(tmp_path: Path) -> None:
    event = an_event(tmp_path)

    assert event.files.downselect(type=Upper).update() is True
    assert event.update() is True

    assert kinds(event).count("PipelineAdopted") == 1


class Sign(FileHandler):
    """The same whatever the notice says."""

    FILENAME = "sign.txt"
    DEPENDENCIES = (Notice,)

    def generate(self, inputs: Inputs) -> str:
        return "sign"


class AfterSign(FileHandler):
    FILENAME = "after_sign.txt"
    DEPENDENCIES = (Sign,)

    def generate(self, inputs: Inputs) -> bytes:
        return inputs[Sign].content


class AfterAll(FileHandler):
    FILENAME = "after_all.txt"
    DEPENDENCIES = (AfterSign,)

    def generate(self, inputs: Inputs) -> bytes:
        return inputs[AfterSign].content


SIGNS = Pipeline(Notice, Sign, AfterSign, AfterAll)


def runs(event: Event, before: int = 0) -> list[str]:
    """Return the handlers that ran, in order, since the log had so many facts."""
    facts = event.bench.folder.facts(0)[0][before:]
    return [one.handler for one in facts if isinstance(one, FileGenerated | FileFailed)]


def test_a_chosen_file_is_made_again_though_a_stale_ancestor_comes_out_equal(
    tmp_path: Path,
) -> None:
    event = a_made_event(tmp_path, SIGNS)
    event.files.Notice.fullpath.write_text("another notice")
    before = len(kinds(event))

    assert event.update(subgraph=AfterAll) is True

    assert runs(event, before) == ["Sign", "AfterSign", "AfterAll"]
    assert set(event.files.status().values()) == {"current"}


def test_a_chosen_file_is_made_once_when_its_stale_ancestor_comes_out_different(
    tmp_path: Path,
) -> None:
    event = a_made_event(tmp_path)
    event.files.Notice.fullpath.write_text("another notice")
    before = len(kinds(event))

    assert event.update(typename=["Upper", "Report", "Pair"]) is True

    assert runs(event, before) == ["Upper", "Pair", "Report"]


def test_criteria_of_standing_leave_what_cools_down_or_has_failed_for_good(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, MIXED)
    before = kinds(event)

    for _ in range(3):
        assert event.update(exists=False) is False

    assert kinds(event) == before


@pytest.mark.parametrize(
    "criteria", [{"typename": ["Failing", "Hopeless"]}, {"extension": "txt", "exists": False}]
)
def test_what_is_named_runs_once_a_call_also_within_its_cool_down(
    tmp_path: Path, criteria: Selection
) -> None:
    event = a_made_event(tmp_path, MIXED)
    before = len(kinds(event))

    event.update(**criteria)
    event.update(**criteria)

    assert sorted(runs(event, before)) == ["Failing"] * 2 + ["Hopeless"] * 2


def test_asking_for_what_cools_down_tries_it_once_more(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, MIXED)
    before = len(kinds(event))

    event.update(cooldown=True)

    assert runs(event, before) == ["Failing"]
