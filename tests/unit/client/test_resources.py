"""Resources of a deployment in notebooks: events in folders, and handlers that are tried."""

from pathlib import Path

import pytest

from llama import try_handler
from llama.client.acting.placing import slot_of
from llama.client.event import Event
from llama.domain.assessment import Status
from llama.domain.digests import digest_bytes
from llama.domain.errors import ActRefused
from llama.domain.states import EventState
from tests.support.handlers_for_events import EVENT, Notice, a_made_event, an_event, kinds, texts
from tests.support.resources import CALIBRATING, CURVES, Calibrated, Counted, Curves


def test_an_event_is_made_from_the_resource_of_now(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, CALIBRATING)

    assert texts(event) == {
        "notice.txt": "a notice",
        "calibrated.txt": "a notice by first",
        "counted.txt": "5",
    }


def test_an_update_after_the_resource_has_changed_makes_again_what_used_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = a_made_event(tmp_path, CALIBRATING)

    monkeypatch.setattr(Curves, "content", b"second")

    assert event.files.status()["Calibrated"] is Status.OBSOLETE
    assert event.update()
    assert texts(event)["calibrated.txt"] == "a notice by second"


def test_an_update_with_the_same_resource_does_nothing(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, CALIBRATING)
    before = kinds(event)

    assert not event.update()
    assert kinds(event) == before


def test_a_prospect_keeps_nothing_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event = a_made_event(tmp_path, CALIBRATING)
    monkeypatch.setattr(Curves, "content", b"second")

    event.bench.prospect()

    kept = {path.name for path in (event.eventdir / ".llama" / "artifacts").rglob("*")}
    assert digest_bytes(b"first") in kept
    assert digest_bytes(b"second") not in kept


def test_it_is_none_of_the_events_files(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, CALIBRATING)

    assert list(event.files) == ["Notice", "Calibrated", "Counted"]
    assert list(CALIBRATING.file_handler_instances(event)) == ["Notice", "Calibrated", "Counted"]
    with pytest.raises(ActRefused, match=f"the pipeline has no file {CURVES}"):
        event.acts.put(CURVES, b"mine")


@pytest.mark.parametrize("name", ["Curves", CURVES])
def test_nobody_puts_one_into_an_event_of_a_running_system(name: str) -> None:
    with pytest.raises(ActRefused, match="has no"):
        slot_of(EventState(EVENT), name, CALIBRATING)


def test_a_file_of_its_name_in_the_folder_is_somebody_elses(tmp_path: Path) -> None:
    event = an_event(tmp_path, CALIBRATING)
    (event.eventdir / CURVES).write_bytes(b"mine")

    event.update()

    assert texts(event)["calibrated.txt"] == "a notice by first"
    assert (event.eventdir / CURVES).read_bytes() == b"mine"


def test_a_copy_of_an_event_brings_along_what_it_was_made_from(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, CALIBRATING)
    target = tmp_path / "copies"
    target.mkdir()

    event.clone(rundir=target)

    copy = Event(EVENT, target, CALIBRATING)
    assert copy.bench.folder.content(digest_bytes(b"first")) == b"first"
    assert not copy.update()


def test_a_part_of_the_pipeline_reads_what_it_uses(tmp_path: Path) -> None:
    event = an_event(tmp_path, CALIBRATING - Counted)

    event.files.Calibrated.eventdir.joinpath("notice.txt").write_text("another")
    event.update(typename="Calibrated")

    assert texts(event)["calibrated.txt"] == "another by first"


def test_a_handler_that_is_tried_is_given_the_resource_of_now() -> None:
    made = try_handler(Calibrated, {Notice: "it"})

    assert made[Calibrated].content == b"it by first"


def test_a_handler_may_be_tried_on_another_resource() -> None:
    made = try_handler(Calibrated, {Notice: "it", Curves: b"another"})

    assert made[Calibrated].content == b"it by another"
