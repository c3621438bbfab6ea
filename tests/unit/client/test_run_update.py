"""Updating a run: until nothing is left, in parallel, whatever fails on the way."""

import logging
import os
import shutil
from io import StringIO
from pathlib import Path
from typing import Unpack

import pytest
from rich.console import Console

from llama.client.event import Event
from llama.client.local.file_criteria import Selection
from llama.client.run import Run
from llama.client.runs.update import MOST_ROUNDS, Updated, update_events
from llama.domain.handler import FileHandler, Inputs
from llama.handlers import Alert
from tests.support.runs import FUSSED, MADE, PIPELINE, a_pipeline_with, an_event_in

FINE = "S230914a"


def a_run(rundir: Path, *eventids: str) -> Run:
    for eventid in eventids:
        an_event_in(rundir, eventid)
    return Run(rundir, PIPELINE)


def ids(events: Updated) -> list[str]:
    return [event.eventid for event in events]


def version(rundir: Path, file: str) -> str:
    """Id of the fact that made a file."""
    state = Event(FINE, rundir, PIPELINE).state
    return state.made[file].fact


def test_update_makes_everything_of_every_event(tmp_path: Path) -> None:
    run = a_run(tmp_path, FINE, "S230914c")

    updated = run.update()

    assert sorted(ids(updated)) == [FINE, "S230914c"]
    assert updated.failures == ()
    for event in updated:
        assert all((event.eventdir / file).is_file() for file in MADE)


def test_update_returns_only_the_events_in_which_something_was_made(tmp_path: Path) -> None:
    run = a_run(tmp_path, FINE)
    run.update()
    an_event_in(tmp_path, "S230914c")

    assert ids(run.update()) == ["S230914c"]
    assert run.update() == ()


def test_update_of_no_events_does_nothing(tmp_path: Path) -> None:
    assert Run(tmp_path).update() == ()


def test_update_works_on_the_events_that_are_meant(tmp_path: Path) -> None:
    run = a_run(tmp_path, FINE, "S230914c")

    assert ids(run.downselect(eventid_filter="*c").update()) == ["S230914c"]
    assert not (tmp_path / FINE / "peak.json").exists()


def test_update_makes_the_run_s_pipeline_only(tmp_path: Path) -> None:
    a_run(tmp_path, FINE).downselect_pipeline(typename=("Alert", "Peak")).update()

    assert (tmp_path / FINE / "peak.json").exists()
    assert not (tmp_path / FINE / "report.json").exists()


def test_update_needs_no_event_times(tmp_path: Path) -> None:
    an_event_in(tmp_path, "S230914z", merged=None)
    run = a_run(tmp_path, FINE)

    assert ids(run.update()) == [FINE]


def test_a_file_that_fails_stops_neither_its_event_nor_others(tmp_path: Path) -> None:
    updated = a_run(tmp_path, FINE, FUSSED).update()

    assert sorted(ids(updated)) == [FINE, FUSSED]
    assert (tmp_path / FUSSED / "report.json").exists()
    assert not (tmp_path / FUSSED / "fussy.json").exists()


def test_a_file_s_failure_is_collected_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        [failure] = a_run(tmp_path, FINE, FUSSED).update().failures

    assert (failure.eventid, failure.handler, failure.error) == (FUSSED, "Fussy", "permanent")
    assert "not with me" in failure.message
    assert str(failure) in caplog.text
    assert str(failure).startswith(f"Fussy of {FUSSED}: permanent: ")


def test_a_failure_of_an_earlier_update_is_not_told_again(tmp_path: Path) -> None:
    run = a_run(tmp_path, FUSSED)
    run.update()

    assert run.update().failures == ()


def test_an_event_that_cannot_be_worked_on_stops_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = a_run(tmp_path, FINE, "S230914c")
    shutil.rmtree(tmp_path / "S230914c" / ".llama" / "artifacts")

    updated = run.update()

    assert ids(updated) == [FINE]
    assert {(one.eventid, one.handler) for one in updated.failures} == {("S230914c", None)}
    assert {one.error for one in updated.failures} == {"ArtifactMissing"}
    assert "S230914c: ArtifactMissing: " in caplog.text


def test_an_event_that_cannot_be_read_stops_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = a_run(tmp_path, FINE, "S230914c")
    (tmp_path / "S230914c" / ".llama" / "facts.jsonl").write_text("no fact\n")

    updated = run.update()

    [failure] = updated.failures
    assert ids(updated) == [FINE]
    assert (failure.eventid, failure.error) == ("S230914c", "EventFolderCorrupt")
    assert "S230914c: EventFolderCorrupt: " in caplog.text


def test_explicit_criteria_make_exactly_these_files_whether_or_not_they_need_it(
    tmp_path: Path,
) -> None:
    run = a_run(tmp_path, FINE)
    run.update()
    before = [version(tmp_path, name) for name in ("Peak", "Fussy", "Report")]

    updated = run.update(typename="Peak")

    after = [version(tmp_path, name) for name in ("Peak", "Fussy", "Report")]
    assert ids(updated) == [FINE]
    assert after[0] != before[0]
    assert after[1:] == before[1:]


def test_explicit_criteria_make_each_file_once(tmp_path: Path) -> None:
    run = a_run(tmp_path, FINE)
    log = tmp_path / FINE / ".llama" / "facts.jsonl"

    run.update(typename="Peak")
    run.update(typename="Peak")

    assert log.read_text().count('"FileGenerated"') == 2


def test_explicit_criteria_make_nothing_else_that_needs_it(tmp_path: Path) -> None:
    run = a_run(tmp_path, FINE)

    run.update(typename="Peak")

    there = {file for file in MADE if (tmp_path / FINE / file).exists()}
    assert there == {"peak.json"}


def test_an_unknown_criterion_is_a_type_error_before_anything_is_made(tmp_path: Path) -> None:
    run = a_run(tmp_path, FINE)

    with pytest.raises(
        TypeError, match="no criterion 'typname' for files: did you mean 'typename'"
    ):
        run.update(typname="Peak")  # pyright: ignore[reportCallIssue]
    with pytest.raises(TypeError, match="no criterion 'zzz' for files: use ancestor, "):
        run.update(zzz="Peak")  # pyright: ignore[reportCallIssue]

    assert not (tmp_path / FINE / "peak.json").exists()


@pytest.mark.parametrize("at_once", [0, -1])
def test_less_than_one_event_at_once_is_refused(tmp_path: Path, at_once: int) -> None:
    with pytest.raises(ValueError, match="events at once would make nothing: give 1 or more"):
        Run(tmp_path).update(at_once=at_once)


def a_meeting(pipe: Path, *, patience_s: float) -> type[FileHandler]:
    """Build a handler that succeeds only while it runs for two events at the same time."""
    os.mkfifo(pipe)

    class Meeting(FileHandler):
        FILENAME = "meeting.txt"
        DEPENDENCIES = (Alert,)
        TIMEOUT_S = patience_s
        MAX_ATTEMPTS = 1

        def generate(self, inputs: Inputs) -> str:
            # Opening either end waits for the other one.
            with pipe.open("w" if self.eventid == FINE else "r"):
                return "met"

    return Meeting


def test_events_are_updated_at_the_same_time(tmp_path: Path) -> None:
    runs, other = tmp_path / "runs", "S230914c"
    runs.mkdir()
    pipeline = a_pipeline_with(a_meeting(tmp_path / "pipe", patience_s=60))
    for eventid in (FINE, other):
        an_event_in(runs, eventid, pipeline=pipeline)

    updated = Run(runs, pipeline).update()

    assert (sorted(ids(updated)), updated.failures) == ([FINE, other], ())


def test_at_once_says_how_many_events_are_updated_at_the_same_time(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    pipeline = a_pipeline_with(a_meeting(tmp_path / "pipe", patience_s=0.3))
    for eventid in (FINE, "S230914c"):
        an_event_in(runs, eventid, pipeline=pipeline)

    updated = Run(runs, pipeline).update(at_once=1)

    assert [one.error for one in updated.failures] == ["timeout", "timeout"]
    assert updated == ()


class Restless(Event):
    """An event in which there always is something to make."""

    def update(self, **downselect: Unpack[Selection]) -> bool:
        return True


def test_an_event_that_is_never_done_is_given_up_and_reported(tmp_path: Path) -> None:
    restless = Restless(an_event_in(tmp_path, FINE))

    updated = update_events([restless], at_once=1, criteria={})

    [failure] = updated.failures
    assert (failure.eventid, failure.error) == (FINE, "RuntimeError")
    assert f"after {MOST_ROUNDS} rounds there still was something to make" in failure.message
    assert updated == (restless,)


class Interrupted(Event):
    """An event during whose update somebody wants to stop."""

    def update(self, **downselect: Unpack[Selection]) -> bool:
        raise KeyboardInterrupt


def test_an_interruption_is_no_failure_of_an_event(tmp_path: Path) -> None:
    interrupted = Interrupted(an_event_in(tmp_path, FINE))

    with pytest.raises(KeyboardInterrupt):
        update_events([interrupted], at_once=1, criteria={})


def test_progress_is_shown_on_a_terminal(tmp_path: Path) -> None:
    events = a_run(tmp_path, FINE, FUSSED).events
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, width=100)

    update_events(events, at_once=2, criteria={}, console=console)

    assert "updating events" in screen.getvalue()
    assert "2/2" in screen.getvalue()
    assert "1 failed" in screen.getvalue()


def test_progress_is_not_shown_anywhere_else(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    a_run(tmp_path, FINE).update()

    assert capfd.readouterr() == ("", "")
