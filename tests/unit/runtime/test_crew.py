"""Processes that work beside this one are there together, and gone at the end."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from llama.runtime.crew import at_work

FOR_EVER = (sys.executable, "-c", "import signal; signal.pause()")
AT_AN_END = (sys.executable, "-c", "")
IN_ORDER = """
import pathlib, signal, sys
begun, ended = map(pathlib.Path, sys.argv[1:])
try:
    begun.touch()
    signal.pause()
except KeyboardInterrupt:
    ended.touch()
"""
DEADLINE_S = 60.0


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not is_so():
            await asyncio.sleep(0)


async def test_a_crew_is_at_work_while_all_of_it_is() -> None:
    async with at_work([FOR_EVER, FOR_EVER]) as all_are_there:
        assert all_are_there()

    assert not all_are_there()


async def test_a_crew_that_lost_somebody_is_not_all_there() -> None:
    async with at_work([FOR_EVER, AT_AN_END]) as all_are_there:
        await until(lambda: not all_are_there())


async def test_a_crew_is_interrupted_and_ends_in_order(tmp_path: Path) -> None:
    begun, ended = tmp_path / "begun", tmp_path / "ended"

    async with at_work([(sys.executable, "-c", IN_ORDER, str(begun), str(ended))]):
        await until(begun.exists)

    assert ended.exists()
