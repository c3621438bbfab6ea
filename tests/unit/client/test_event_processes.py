"""An event among processes and threads: who waits for whom, and what is left of who is stopped."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from llama import FileHandler, Inputs, Pipeline
from llama.client.event import Event
from llama.domain.errors import Unavailable
from tests.contract.runner.scene import is_gone, until
from tests.support.handlers_for_events import (
    EVENT,
    GOOD,
    Notice,
    Upper,
    a_made_event,
    an_event,
    kinds,
    texts,
)

FOLDER = "llama.adapters.event_folder.folder"


class Waiter(FileHandler):
    """Says in the file that the notice names who it is, and goes on when that file is gone."""

    FILENAME = "waiter.txt"
    DEPENDENCIES = (Notice,)

    def generate(self, inputs: Inputs) -> str:
        sign = Path(inputs[Notice].content.decode())
        new = sign.with_suffix(".new")
        new.write_text(str(os.getpid()))
        new.rename(sign)
        while sign.exists():
            os.sched_yield()
        return "it is gone"


WAITING = Pipeline(Notice, Waiter)


@pytest.fixture
def sign(tmp_path: Path) -> Path:
    return tmp_path / "sign"


@pytest.fixture
def busy(tmp_path: Path, sign: Path) -> Iterator[Event]:
    """Give an event that a thread is updating."""
    event = an_event(tmp_path, WAITING, notice=str(sign))
    thread = threading.Thread(target=event.update)
    thread.start()
    while not sign.exists():
        assert thread.is_alive()
    yield Event(EVENT, tmp_path, WAITING)
    sign.unlink(missing_ok=True)
    thread.join()


def start(code: str, *arguments: object, root: Path) -> "subprocess.Popen[bytes]":
    """Start a script as a notebook or a shell would."""
    command = [sys.executable, "-", *map(str, arguments)]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=root
    )
    assert child.stdin is not None
    child.stdin.write(code.encode())
    child.stdin.close()
    child.stdin = None
    return child


NOTEBOOK = """
import asyncio, sys
from llama import FileHandler, Pipeline, TriggeredHandler
from llama.client.event import Event

class Note(TriggeredHandler):
    FILENAME = "note.txt"

class Shout(FileHandler):
    FILENAME = "shout.txt"
    DEPENDENCIES = (Note,)

    def generate(self, inputs):
        print("a word in between")
        return inputs[Note].content.upper() + OURS

OURS = b"!"

async def cell():
    event = Event("MS181101ab", sys.argv[1], Pipeline(Note, Shout)).init()
    (event.eventdir / "note.txt").write_text("hello")
    print(event.update(), (event.eventdir / "shout.txt").read_text())

asyncio.run(cell())
"""


def test_classes_of_a_notebook_run_also_within_its_loop(
    tmp_path: Path, repository_root: Path
) -> None:
    with start(NOTEBOOK, tmp_path, root=repository_root) as notebook:
        printed, errors = notebook.communicate()

    assert printed == b"True HELLO!\n", errors.decode()


async def test_update_works_within_a_running_loop(tmp_path: Path) -> None:
    await asyncio.sleep(0)

    assert an_event(tmp_path).update() is True


def test_one_update_at_a_time(busy: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{FOLDER}._PATIENCE_S", 0.0)

    with pytest.raises(Unavailable, match="held by another"):
        busy.update()


def test_an_update_can_be_watched_and_told_things(busy: Event) -> None:
    busy.acts.flags(UPLOAD=True)
    busy.acts.veto("waiter.txt", reason="not now")

    assert busy.files.status()["Waiter"] == "vetoed"
    assert busy.flags.UPLOAD


def test_a_veto_during_an_update_counts(busy: Event, sign: Path, tmp_path: Path) -> None:
    busy.acts.veto()
    sign.unlink()
    while (busy.eventdir / ".llama" / "work").exists():
        os.sched_yield()

    assert "waiter.txt" not in texts(busy)
    assert busy.files.status() == {"Notice": "current", "Waiter": "vetoed"}


def test_two_updates_after_each_other_make_everything_once(tmp_path: Path) -> None:
    an_event(tmp_path)
    events = [Event(EVENT, tmp_path, GOOD) for _ in range(4)]
    threads = [threading.Thread(target=event.update) for event in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert kinds(events[0]).count("FileGenerated") == 3
    assert set(events[0].files.status().values()) == {"current"}


CHANGE_A_FLAG = """
import sys
from llama.client.event import Event
event = Event("S190814bv", sys.argv[1])
for number in range(10):
    event.acts.flags(**{sys.argv[2]: number % 2 == 0})
event.acts.flags(**{sys.argv[2]: True})
"""


def test_processes_that_change_flags_lose_none(tmp_path: Path, repository_root: Path) -> None:
    event = Event(EVENT, tmp_path, GOOD).init()
    flags = ("UPLOAD", "MANUAL", "BLINDED_NEUTRINOS")
    children = [start(CHANGE_A_FLAG, tmp_path, flag, root=repository_root) for flag in flags]
    for child in children:
        assert child.communicate()[1] == b""

    assert (event.flags.UPLOAD, event.flags.MANUAL, event.flags.BLINDED_NEUTRINOS) == (True,) * 3
    assert kinds(event) == ["FlagsChanged"] * 33


MAKE_AGAIN = """
import sys
from llama.client.event import Event
from tests.support.handlers_for_events import GOOD
event = Event("S190814bv", sys.argv[1], GOOD)
for number in range(10):
    (event.eventdir / "notice.txt").write_text(f"notice {number}")
    event.update()
"""


def test_who_looks_on_sees_no_edits_that_nobody_made(tmp_path: Path, repository_root: Path) -> None:
    event = a_made_event(tmp_path)
    before, puts = len(kinds(event)), 0
    with start(MAKE_AGAIN, tmp_path, root=repository_root) as writer:
        while writer.poll() is None:
            ahead = event.bench.prospect()
            made_by_hand = [one for one in ahead.made.values() if one.need == ""]
            puts = max(puts, len(made_by_hand))
        assert writer.communicate()[1] == b""

    assert puts == 0
    assert kinds(event)[before:] == ["FilePut", *["FileGenerated"] * 3] * 10
    assert set(event.files.status().values()) == {"current"}


INTERRUPTED = """
import sys
from llama.client.event import Event
from tests.unit.client.test_event_processes import WAITING
event = Event("S190814bv", sys.argv[1], WAITING)
try:
    event.update()
except KeyboardInterrupt:
    event.acts.flags(UPLOAD=True)
    print("interrupted", flush=True)
"""


async def test_an_interrupt_ends_the_runs_and_leaves_the_event_as_it_was(
    tmp_path: Path, repository_root: Path, sign: Path
) -> None:
    event = an_event(tmp_path, WAITING, notice=str(sign))
    with start(INTERRUPTED, tmp_path, root=repository_root) as child:
        await until(sign.exists)
        child.send_signal(signal.SIGINT)
        printed, errors = child.communicate()

    assert printed == b"interrupted\n", errors.decode()
    await until(lambda: is_gone(int(sign.read_text())))
    assert kinds(event) == ["PipelineAdopted", "FilePut", "FlagsChanged"]
    assert not (event.eventdir / ".llama" / "work").exists()
    assert event.files.status()["Waiter"] == "missing"


async def test_a_killed_update_leaves_no_run_and_no_lock(
    tmp_path: Path, repository_root: Path, sign: Path
) -> None:
    event = an_event(tmp_path, WAITING, notice=str(sign))
    with start(INTERRUPTED, tmp_path, root=repository_root) as child:
        await until(sign.exists)
        child.kill()
    await until(lambda: is_gone(int(sign.read_text())))
    sign.with_name("gone").touch()
    (event.eventdir / Notice.FILENAME).write_text(str(tmp_path / "other"))

    event.acts.veto("waiter.txt")
    assert event.update() is False
    assert kinds(event).count("FilePut") == 2


def test_events_are_made_in_threads_side_by_side(tmp_path: Path) -> None:
    events = [Event(f"S{number}", tmp_path, GOOD).init() for number in range(4)]
    for event in events:
        (event.eventdir / Notice.FILENAME).write_text(event.eventid)
    threads = [threading.Thread(target=event.update) for event in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    made = [(event.eventdir / Upper.FILENAME).read_text() for event in events]
    assert made == [event.eventid for event in events]
