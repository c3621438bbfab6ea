"""Children of the supervisor: started again when they die, stopped when they are told to."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from llama.embedded import children
from llama.embedded.children import LAST_LINES, LOG_BYTES, Child
from tests.support.memory_system import until

LIVES = "import time\nprint('alive', flush=True)\nwhile True: time.sleep(60)"
TIDIES_UP = """
import signal, sys, time
def stop(number, frame):
    print("tidied up", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("alive", flush=True)
while True: time.sleep(60)
"""
DEAF = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + LIVES
CRASHES = "import sys\nfor n in range(20): print('line', n)\nsys.exit('no configuration')"


def a_child(folder: Path, code: str) -> Child:
    """Build a child that runs some Python."""
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "MARK": "made by the test"}
    run, log = folder / "run", folder / "log"
    return Child("it", command, environment, run_folder=run, log_folder=log)


def written(child: Child) -> str:
    return child.log_file.read_text() if child.log_file.exists() else ""


def pid_of(folder: Path) -> int | None:
    path = folder / "run" / "it.pid"
    return int(path.read_text()) if path.exists() else None


@asynccontextmanager
async def kept_alive(child: Child) -> AsyncGenerator[asyncio.Task[None]]:
    """Keep a child alive within the block."""
    async with asyncio.TaskGroup() as group:
        life = group.create_task(child.keep_alive())
        yield life
        life.cancel()


async def alive(child: Child, *, times: int = 1) -> None:
    await until(lambda: written(child).count("alive") == times, f"it has started {times} times")


async def test_a_child_runs_with_its_environment_and_its_output_goes_to_its_log(
    tmp_path: Path,
) -> None:
    child = a_child(tmp_path, "import os; print(os.environ['MARK'])\n" + LIVES)

    async with kept_alive(child):
        await alive(child)
        assert psutil.pid_exists(pid_of(tmp_path) or 0)

    assert written(child) == "made by the test\nalive\n"


async def test_a_child_that_was_killed_is_started_again(tmp_path: Path) -> None:
    child = a_child(tmp_path, LIVES)

    async with kept_alive(child):
        await alive(child)
        first = pid_of(tmp_path)
        os.kill(first or 0, signal.SIGKILL)
        await alive(child, times=2)
        second = pid_of(tmp_path)

    assert first != second
    assert child.restarts == 1


async def test_a_child_that_is_no_longer_wanted_may_tidy_up(tmp_path: Path) -> None:
    child = a_child(tmp_path, TIDIES_UP)

    async with kept_alive(child):
        await alive(child)
        pid = pid_of(tmp_path)

    assert written(child) == "alive\ntidied up\n"
    assert not psutil.pid_exists(pid or 0)
    assert pid_of(tmp_path) is None


async def test_a_child_that_does_not_listen_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "GRACE_S", 0.2)
    child = a_child(tmp_path, DEAF)

    async with kept_alive(child):
        await alive(child)
        pid = pid_of(tmp_path)

    assert not psutil.pid_exists(pid or 0)


async def test_a_child_that_is_stopped_between_two_lives_is_not_started_again(
    tmp_path: Path,
) -> None:
    child = a_child(tmp_path, CRASHES)

    async with kept_alive(child):
        await until(lambda: child.restarts == 1, "it has crashed")

    assert child.restarts == 1
    assert pid_of(tmp_path) is None


async def test_a_crash_loop_is_counted_and_its_last_words_are_kept(tmp_path: Path) -> None:
    child = a_child(tmp_path, CRASHES)

    async with kept_alive(child):
        await until(lambda: child.restarts >= 2, "it has crashed twice")

    words = child.last_words().splitlines()
    assert len(words) == LAST_LINES
    assert words[0].startswith("line")
    assert "no configuration" in child.last_words()


async def test_a_command_that_cannot_be_run_is_tried_again(tmp_path: Path) -> None:
    child = a_child(tmp_path, LIVES)
    child.command = [str(tmp_path / "not there")]

    async with kept_alive(child):
        await until(lambda: child.restarts == 1, "it was tried")
        child.command = [sys.executable, "-c", LIVES]
        await alive(child)


async def test_a_large_log_is_put_aside_when_its_process_starts(tmp_path: Path) -> None:
    child = a_child(tmp_path, LIVES)
    child.log_file.parent.mkdir()
    child.log_file.touch()
    os.truncate(child.log_file, LOG_BYTES + 1)

    async with kept_alive(child):
        await alive(child)

    aside = tmp_path / "log" / "it.log.1"
    assert (written(child), aside.stat().st_size) == ("alive\n", LOG_BYTES + 1)


async def test_a_log_of_usual_size_is_written_on(tmp_path: Path) -> None:
    child = a_child(tmp_path, LIVES)
    child.log_file.parent.mkdir()
    child.log_file.write_text("from the last time\n")

    async with kept_alive(child):
        await alive(child)

    assert written(child) == "from the last time\nalive\n"
