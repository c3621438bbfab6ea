"""An event survives the death of whoever works on it, at any moment, and edits nobody made."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from llama.client.event import Event
from llama.domain.errors import EventFolderCorrupt, Unavailable
from tests.support.handlers_for_events import (
    EVENT,
    GOOD,
    a_made_event,
    an_event,
    kinds,
    texts,
)

STEPS = frozenset({"open", "os.rename", "os.remove", "os.truncate", "os.mkdir", "os.link"})
"""What a process does to files, as Python's audit hooks call it."""
MOST_STEPS = 400


def dies_at(step: int, folder: Path, work: Callable[[], object]) -> bool:
    """Work in a process that is killed at a step it takes in a folder; tell whether it was."""
    child = os.fork()
    if child == 0:
        _kill_at(step, str(folder))
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def _kill_at(step: int, folder: str) -> None:
    me, taken = os.getpid(), 0

    def watch(name: str, arguments: tuple[object, ...]) -> None:
        nonlocal taken
        if name in STEPS and os.getpid() == me and folder in str(arguments[0]):
            taken += 1
            if taken == step:
                os.kill(me, signal.SIGKILL)

    sys.addaudithook(watch)


def deaths(template: Path, work: Callable[[Event], object]) -> list[Event]:
    """Return the copies of an event that were left by processes killed at each of their steps."""
    left: list[Event] = []
    for step in range(1, MOST_STEPS):
        rundir = template.parent / f"step-{step}"
        shutil.copytree(template, rundir)
        event = Event(EVENT, rundir, GOOD)
        if not dies_at(step, event.eventdir, lambda event=event: work(event)):
            return left
        left.append(Event(EVENT, rundir, GOOD))
    raise AssertionError("there is no end to it")


def test_killed_at_any_step_of_the_first_update_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "template").mkdir()
    (tmp_path / "expected").mkdir()
    an_event(tmp_path / "template")
    expected = a_made_event(tmp_path / "expected")

    left = deaths(tmp_path / "template", lambda event: event.update())

    assert len(left) > 20
    for event in left:
        event.update()
        assert texts(event) == texts(expected), event
        assert [kind for kind in kinds(event) if kind == "FilePut"] == ["FilePut"], event
        assert "FileDeleted" not in kinds(event)


def test_killed_at_any_step_after_an_edit_it_is_noted_once(tmp_path: Path) -> None:
    (tmp_path / "template").mkdir()
    event = a_made_event(tmp_path / "template")
    event.files.Notice.fullpath.write_text("another")
    event.files.Table.fullpath.unlink()

    left = deaths(tmp_path / "template", lambda event: event.update())

    assert len(left) > 20
    for one in left:
        one.update()
        assert texts(one)["report.html"] == "<p>ANOTHER{'length': 7}", one
        assert texts(one).keys() == {*(handler.FILENAME for handler in GOOD.values())}
        assert (kinds(one).count("FilePut"), kinds(one).count("FileDeleted")) == (2, 1), one


def test_killed_at_any_step_of_an_act_it_is_done_or_not(tmp_path: Path) -> None:
    (tmp_path / "template").mkdir()
    a_made_event(tmp_path / "template")

    left = deaths(tmp_path / "template", lambda event: event.acts.delete("upper.txt"))

    for event in left:
        before = kinds(event)
        event.acts.flags(UPLOAD=True)
        is_done = before[-1] == "FileDeleted"
        assert kinds(event) == [*before, "FlagsChanged"], event
        assert ("upper.txt" in texts(event)) is not is_done


def test_killed_at_any_step_of_its_beginning_an_event_can_be_begun(tmp_path: Path) -> None:
    (tmp_path / "template").mkdir()

    left = deaths(tmp_path / "template", lambda event: event.init())

    assert left
    for event in left:
        assert event.init().update() is False


def test_a_torn_last_line_of_the_log_is_made_again(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    log, expected = event.eventdir / ".llama" / "facts.jsonl", texts(event)
    log.write_bytes(log.read_bytes()[:-30])

    again = Event(EVENT, tmp_path, GOOD)
    again.update()

    assert texts(again) == expected
    assert set(again.files.status().values()) == {"current"}


def test_garbage_in_the_log_is_told_and_nothing_is_touched(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    log, expected = event.eventdir / ".llama" / "facts.jsonl", texts(event)
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([lines[0], b"garbage\n", *lines[1:]]))

    again = Event(EVENT, tmp_path, GOOD)
    for work in (again.update, again.printstatus, lambda: again.flags):
        with pytest.raises(EventFolderCorrupt, match="no fact: b'garbage'"):
            work()
    assert texts(again) == expected


def test_the_log_of_another_event_is_told(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.eventdir.rename(tmp_path / "S2")

    with pytest.raises(EventFolderCorrupt, match=f"has the log of {EVENT}: give the folder that"):
        Event("S2", tmp_path, GOOD).update()


def test_an_event_that_is_begun_anew_is_a_new_one(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    shutil.rmtree(event.eventdir)
    assert not event.exists()

    event.init()

    assert event.files.status()["Upper"] == "waiting"
    assert event.update() is False


def test_what_was_shown_can_be_forgotten(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = kinds(event)
    shown = event.eventdir / ".llama" / "shown.json"
    shown.write_text("garbage")

    with pytest.raises(EventFolderCorrupt, match="delete it"):
        event.update()
    shown.unlink()

    assert event.update() is False
    assert kinds(event) == before


def test_a_store_that_cannot_be_written_is_told_and_loses_nothing(tmp_path: Path) -> None:
    event = an_event(tmp_path)
    hindrance = event.eventdir / ".llama" / "artifacts"
    hindrance.touch()

    with pytest.raises(Unavailable, match="look at its disk and permissions"):
        event.update()
    hindrance.unlink()

    assert event.update() is True
    assert set(event.files.status().values()) == {"current"}


def begin_anew(eventdir: Path) -> Event:
    """Do what another notebook may do meanwhile."""
    shutil.rmtree(eventdir)
    return Event(EVENT, eventdir.parent, GOOD).init()


@pytest.mark.parametrize("flags", [0, 1, 50])
def test_an_event_that_somebody_else_has_begun_anew_is_read_anew(
    tmp_path: Path, flags: int
) -> None:
    event = a_made_event(tmp_path)
    other = begin_anew(event.eventdir)
    for number in range(flags):
        other.acts.flags(UPLOAD=number % 2 == 0)

    assert event.state == other.state
    event.acts.flags(MANUAL=True)
    assert kinds(other) == ["FlagsChanged"] * (flags + 1)


def test_an_event_that_somebody_else_has_made_anew_is_looked_at_anew(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    other = begin_anew(event.eventdir)
    other.files.Notice.fullpath.write_text("another notice")
    other.update()

    assert event.update() is False
    assert event.bench.content("upper.txt") == b"ANOTHER NOTICE"
