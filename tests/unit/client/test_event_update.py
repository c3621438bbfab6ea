"""Event.update: what it makes, what it leaves, how it fails, and that the cluster does the same."""

from datetime import timedelta
from pathlib import Path

import pytest

from llama import FileHandler, Inputs, Pipeline, Product, uses
from llama.client.event import Event
from llama.client.local.file_criteria import Selection
from llama.handlers import Alert
from schemas.facts import FileFailed, FileGenerated
from tests.support import handlers_for_runner as bad_ones
from tests.support.handlers_for_events import (
    EVENT,
    GOOD,
    MIXED,
    Notice,
    Upper,
    a_made_event,
    an_event,
    kinds,
    texts,
)
from tests.support.memory_system import SetClock
from tests.support.notices import a_notice, a_retraction


def test_an_event_works_from_its_name_alone(tmp_path: Path) -> None:
    event = Event("MS181101ab", rundir=tmp_path).init()

    assert event.update() is False
    assert event.files.status()["Alert"] == "missing"


def test_makes_everything_from_what_there_is(tmp_path: Path) -> None:
    event = an_event(tmp_path)

    assert event.update() is True

    assert texts(event) == {
        "notice.txt": "a notice",
        "upper.txt": "A NOTICE",
        "pair.json": '{"length":8}\n',
        "pair.csv": "length\n8\n",
        "report.html": "<p>A NOTICE{'length': 8}",
    }


def test_makes_nothing_when_all_is_current(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = kinds(event)

    assert event.update() is False
    assert Event(EVENT, tmp_path, GOOD).update() is False
    assert kinds(event) == before


def test_a_failure_stops_no_other(tmp_path: Path) -> None:
    event = an_event(tmp_path, MIXED)

    assert event.update() is True

    status = event.files.status()
    assert {name: status[name] for name in ("Report", "Failing", "Hopeless", "AfterHopeless")} == {
        "Report": "current",
        "Failing": "cooling",
        "Hopeless": "failed",
        "AfterHopeless": "blocked",
    }


def test_bad_handlers_harm_neither_the_event_nor_each_other(tmp_path: Path) -> None:
    bad = (bad_ones.Crasher, bad_ones.Quitter, bad_ones.Leaver, bad_ones.Faulty)
    worse = (bad_ones.WrongType, bad_ones.Litterer, bad_ones.TooBig)
    event = Event(EVENT, tmp_path, Pipeline(*bad, *worse, bad_ones.Plain)).init()

    assert event.update() is True

    failed = {name: list(own.values()) for name, own in event.state.failures.items()}
    errors = {name: failure.error for name, [failure] in failed.items()}
    assert errors == {
        **{one.__name__: "crash" for one in (bad_ones.Crasher, bad_ones.Leaver)},
        **{one.__name__: "exception" for one in (bad_ones.Quitter, bad_ones.Faulty)},
        **{one.__name__: "bad_output" for one in worse},
    }
    assert texts(event).keys() == {"plain.txt"}


def test_within_the_cool_down_nothing_is_tried_and_printstatus_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event = a_made_event(tmp_path, MIXED)
    before = kinds(event)

    assert event.update() is False

    assert kinds(event) == before
    event.printstatus()
    assert "cooling   exception: OSError: the server is down (again at" in capsys.readouterr().out


def test_the_first_cool_down_is_never_zero_and_the_second_is_longer(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, MIXED)
    clock = SetClock(event.state.as_of + timedelta(seconds=61))
    event.bench.clock = clock

    assert event.files.downselect(cooldown=True) == event.files - event.files
    assert "Failing" in event.files.downselect(needregen=True)
    event.update()

    failures = [one for one in event.bench.folder.facts(0)[0] if isinstance(one, FileFailed)]
    pauses = [one.retry_at - one.occurred_at for one in failures if one.retry_at]
    assert pauses == [timedelta(seconds=60), timedelta(seconds=120)]


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


def test_other_code_makes_again_what_it_concerns(tmp_path: Path) -> None:
    a_made_event(tmp_path)
    newer = type("Upper", (Upper,), {"CODE_VERSION": "1", "__module__": __name__})
    event = Event(EVENT, tmp_path, Pipeline(Notice, newer))

    assert "Upper" in event.files.downselect(selfobsolete=True)
    assert event.update() is True
    assert event.files.status() == {"Notice": "current", "Upper": "current"}


def test_a_file_that_is_valid_for_a_time_is_made_again_after_it(tmp_path: Path) -> None:
    class Window(FileHandler):
        FILENAME = "window.txt"
        DEPENDENCIES = (Notice,)

        def generate(self, inputs: Inputs) -> Product:
            return Product(inputs[Notice].content, valid_until=clock.now() + timedelta(hours=1))

    event = an_event(tmp_path, Pipeline(Notice, Window))
    clock = SetClock()
    event.bench.clock = clock
    event.update()
    assert event.update() is False

    clock.advance(timedelta(hours=2))

    assert "Window" in event.files.downselect(needregen=True)
    assert event.update() is True
    assert kinds(event).count("FileExpired") == 1
    assert event.update() is False


def test_update_of_some_files_adopts_the_whole_pipeline_once(tmp_path: Path) -> None:
    event = an_event(tmp_path)

    assert event.files.downselect(type=Upper).update() is True
    assert event.update() is True

    assert kinds(event).count("PipelineAdopted") == 1


def test_a_retraction_hides_what_was_made_and_an_update_brings_it_back(tmp_path: Path) -> None:
    class Peak(FileHandler):
        FILENAME = "peak.txt"
        DEPENDENCIES = (uses(Alert, "event"),)

        def generate(self, inputs: Inputs) -> str:
            return "peak"

    event = Event("S230914ak", tmp_path, Pipeline(Alert, Peak)).ingest(a_notice())
    event.update()

    event.ingest(a_retraction())
    assert not event.files.Peak.fullpath.exists()
    event.ingest(a_notice(alert_type="UPDATE", time_created="2023-09-14T13:20:00Z"))
    event.update()

    assert event.files.Peak.fullpath.read_text() == "peak"


@pytest.mark.parametrize(
    ("raw", "message"),
    [(b"{}", "this is no notice"), (a_notice(superevent_id="S230915ab"), "not of")],
)
def test_what_is_no_notice_of_the_event_is_refused(
    tmp_path: Path, raw: bytes, message: str
) -> None:
    event = Event("S230914ak", tmp_path, Pipeline(Alert))

    with pytest.raises(ValueError, match=message):
        event.ingest(raw)
    assert kinds(event) == []


def test_a_notice_may_be_a_file_and_is_taken_in_once(tmp_path: Path) -> None:
    (tmp_path / "notice.json").write_bytes(a_notice())
    event = Event("S230914ak", tmp_path, Pipeline(Alert)).ingest(tmp_path / "notice.json")
    state = event.state

    event.ingest(a_notice())

    assert event.state.files == state.files
    assert len(event.state.notices) == 1


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
