"""A writer that is killed at any moment leaves a repository that is whole and can be filled up."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from llama.adapters.git.history import GitHistory
from tests.support.revisions import a_long_history, woven

EVENTS, LENGTH = 5, 60
WRITE = f"""
import asyncio, sys
from pathlib import Path
from llama.adapters.git.history import GitHistory
from tests.support.revisions import a_long_history, woven

async def main():
    async with GitHistory(Path(sys.argv[1])) as history:
        print("ready", flush=True)
        revisions = list(woven([a_long_history(f"S{{n}}", {LENGTH}) for n in range({EVENTS})]))
        for start in range(0, len(revisions), 3):
            await history.commit(revisions[start : start + 3])
            print("written", flush=True)

asyncio.run(main())
"""


def write_and_be_killed(shard: Path, root: Path, *, after: int, spin: int) -> None:
    """Start a writer, kill it a moment after it has written some of the revisions."""
    command = [sys.executable, "-c", WRITE, str(shard)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        for _ in range(after):
            assert writer.stdout.readline() == b"written\n"
        for _ in range(spin):
            os.getpid()
        writer.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("seed", range(6))
async def test_a_killed_writer_can_be_continued(
    tmp_path: Path, repository_root: Path, seed: int
) -> None:
    moments = random.Random(seed)
    shard = tmp_path / "shard"
    for _ in range(3):
        after, spin = moments.randrange(8), moments.randrange(20_000)
        write_and_be_killed(shard, repository_root, after=after, spin=spin)
    histories = [a_long_history(f"S{number}", LENGTH) for number in range(EVENTS)]

    async with GitHistory(shard) as history:
        await history.verify()
        await history.commit(list(woven(histories)))

        for written in histories:
            assert await history.head(written[0].event) == written[-1].commit
            assert len(await history.log(written[0].event)) == LENGTH
        await history.verify()
