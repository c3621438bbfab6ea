"""A writer of histories that can be killed anywhere, and what is to be there in the end.

`python -m tests.support.killed_writer FOLDER [POINT CALL]` writes all that is not yet noted in
FOLDER/noted, as versioning does: first git has it, then it is noted. With a point it kills itself
at that step's CALL-th time.
"""

import asyncio
import random
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from llama.adapters.git import consolidation, importer, refs, writer
from llama.adapters.git.history import GitHistory
from llama.domain.revisions import NewRevision
from llama.domain.shards import shard_of
from tests.support.crash_points import Points, crash_at
from tests.support.revisions import a_long_history, woven

EVENTS = [*[name for n in range(99) if shard_of(name := f"S{n}") == 0][:5], "S1"]
"""All but one are in the same repository, whose packs are joined before the end."""
LENGTH, AT_ONCE = 28, 3
MOST_BATCHES, MOST_TURNS = 12, 20_000
"""A writer is killed so many batches, and then turns of an idle loop, after its start."""
POINTS: Points = {
    "before the import": (importer.Importer, "write", False),
    "in the import": (importer, "stream_of", False),
    "after the import": (importer.Importer, "write", True),
    "before the packs are synced": (writer, "sync_folder", False),
    "before the event is introduced": (writer, "introduce", False),
    "after the event is introduced": (writer, "introduce", True),
    "before the heads move": (refs.RefMover, "move", False),
    "after the heads have moved": (refs.RefMover, "move", True),
    "after the heads are synced": (writer, "sync_refs", True),
    "before it is noted": (GitHistory, "commit", True),
    "while packs are joined": (consolidation.Consolidation, "start", True),
}
"""Where it can be killed: before or after (True) this function."""


def histories() -> list[list[NewRevision]]:
    """Return what is to be written."""
    return [a_long_history(event, LENGTH, size=3000) for event in EVENTS]


async def write(folder: Path) -> None:
    """Write what is not yet noted."""
    revisions = list(woven(histories()))
    noted = folder / "noted"
    start = int(noted.read_text()) if noted.exists() else 0
    async with GitHistory(folder) as history:
        _say("ready")
        for at in range(start, len(revisions), AT_ONCE):
            await history.commit(revisions[at : at + AT_ONCE])
            (folder / "noted.new").write_text(str(at + AT_ONCE))
            (folder / "noted.new").rename(noted)
            _say("noted")


async def what_is_wrong(folder: Path) -> list[str]:
    """Return what is lost, double, or damaged in the histories of a folder."""
    wrong: list[str] = []
    async with GitHistory(folder) as history:
        await history.verify()
        for revisions in histories():
            event = revisions[0].event
            log = [one.commit for one in await history.log(event)]
            if log != [one.commit for one in reversed(revisions)]:
                wrong.append(f"{event} has {len(log)} commits, of {len(revisions)}")
    return wrong


def run(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a writer in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.support.killed_writer", str(folder), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kill_at_random(folder: Path, moments: random.Random) -> str:
    """Start a writer and kill it, or one of its git processes, at some moment; say which."""
    noted = folder / "noted"
    if noted.exists() and int(noted.read_text()) >= len(EVENTS) * LENGTH:
        noted.unlink()  # there is to be something left to write: all of it again
    with run(folder) as process:
        assert process.stdout is not None
        for _ in range(1 + moments.randrange(MOST_BATCHES)):
            process.stdout.readline()
        for _ in range(moments.randrange(MOST_TURNS)):
            process.poll()
        try:
            chosen = psutil.Process(process.pid)
            children = chosen.children(recursive=True)
            victim = moments.choice([chosen, chosen, *children])
            told = " ".join(victim.cmdline()[-3:])
            victim.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            told = "nobody: it had ended"
        if moments.random() < 0.5:
            process.kill()
        process.communicate()
        return told


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        crash_at(POINTS[sys.argv[2]], call=int(sys.argv[3]))
    asyncio.run(write(Path(sys.argv[1])))
