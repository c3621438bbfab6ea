"""Lifecycle: a signal ends a process gracefully, whatever it is doing."""

import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

import pytest

LIVES_FOR_EVER = """
import asyncio
from llama.runtime.lifecycle import run_until_stopped

async def live():
    try:
        print("alive", flush=True)
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        print("tidied up", flush=True)

stopped_by = run_until_stopped(live)
print(f"stopped by {stopped_by}", flush=True)
"""
ENDS_BY_ITSELF = """
from llama.runtime.lifecycle import run_until_stopped

async def live():
    print("alive", flush=True)

print(f"stopped by {run_until_stopped(live)}")
"""
FAILS = """
from llama.runtime.lifecycle import run_until_stopped

async def live():
    raise ValueError("it broke")

run_until_stopped(live)
"""
LOSES_ITS_PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
os.kill(os.getpid(), 9)
"""
FOLLOWS_ITS_PARENT = """
from llama.runtime.lifecycle import die_with_parent
die_with_parent()
""" + LIVES_FOR_EVER.replace('print("tidied up", flush=True)', "pass")
DEADLINE_S = 60.0


@contextmanager
def a_process(code: str, *arguments: str) -> Generator[subprocess.Popen[str]]:
    """Run some Python until the block ends."""
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as it:
        try:
            yield it
        finally:
            it.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_a_process_tidy_up_and_end(number: signal.Signals) -> None:
    with a_process(LIVES_FOR_EVER) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "alive\n"

        process.send_signal(number)
        told, _ = process.communicate(timeout=DEADLINE_S)

    assert told.splitlines()[0] == "tidied up"
    assert told.splitlines()[-1] == f"stopped by {number.value}"
    assert process.returncode == 0


def test_a_process_that_is_done_ends_by_itself() -> None:
    with a_process(ENDS_BY_ITSELF) as process:
        told, _ = process.communicate(timeout=DEADLINE_S)

    assert (told, process.returncode) == ("alive\nstopped by None\n", 0)


def test_a_process_that_fails_says_so() -> None:
    with a_process(FAILS) as process:
        _, complaint = process.communicate(timeout=DEADLINE_S)

    assert "ValueError: it broke" in complaint
    assert process.returncode == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can tell it")
def test_a_process_ends_with_its_parent() -> None:
    """The pipe that the grandchild has inherited closes when it has ended."""
    with a_process(LOSES_ITS_PARENT, FOLLOWS_ITS_PARENT) as parent:
        told, _ = parent.communicate(timeout=DEADLINE_S)

    assert told.strip().isdecimal()
    assert parent.returncode == -signal.SIGKILL
