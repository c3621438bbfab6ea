"""A writer that is killed anywhere leaves a history that is whole and goes on from there."""

import random
import signal
from pathlib import Path

import pytest

from tests.support.killed_writer import POINTS, kill_at_random, run, what_is_wrong

KILLS = 20
"""`python -m benchmarks.history --kills 200` does the same for longer."""


@pytest.mark.parametrize("point", POINTS)
async def test_nothing_is_lost_or_double_after_a_crash_at(tmp_path: Path, point: str) -> None:
    call = 1 if point == "while packs are joined" else 4
    with run(tmp_path, point, str(call)) as crashing:
        crashing.communicate()
    assert crashing.returncode == -signal.SIGKILL

    with run(tmp_path) as again:
        _, complaint = again.communicate()

    assert (again.returncode, complaint) == (0, b"")
    assert await what_is_wrong(tmp_path) == []


async def test_nothing_is_lost_or_double_after_kills_at_random_moments(tmp_path: Path) -> None:
    moments = random.Random(1)
    killed = [kill_at_random(tmp_path, moments) for _ in range(KILLS)]

    with run(tmp_path) as again:
        _, complaint = again.communicate()

    assert (again.returncode, complaint) == (0, b""), killed
    assert await what_is_wrong(tmp_path) == [], killed
