"""What the history in git promises beyond the contract: locks, crashes, hostile settings."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from llama.adapters.file_lock import FileLock
from llama.adapters.git.consolidation import PACKS
from llama.adapters.git.history import GitHistory
from llama.adapters.git.reader import GitHistoryReader
from llama.adapters.git.shards import repository_of
from llama.domain.errors import HistoryCorrupt, Unavailable
from llama.domain.shards import shard_of
from tests.support.revisions import a_history, a_long_history, woven


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "history"


@pytest.fixture
def shard(folder: Path) -> Path:
    """Return the repository of the event S1."""
    return repository_of(folder, "S1")


@pytest.fixture
async def history(folder: Path) -> AsyncIterator[GitHistory]:
    async with GitHistory(folder) as written:
        yield written


def git(shard: Path, *arguments: str) -> str:
    command = ["git", "--git-dir", str(shard), *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def clone(event: str, shard: Path, target: Path) -> None:
    upload = f"env GIT_NAMESPACE={event} git upload-pack"
    command = ["git", "clone", "-q", "-u", upload, str(shard), str(target)]
    subprocess.run(command, check=True)


def packs_of(shard: Path) -> int:
    return len(list((shard / "objects" / "pack").glob("*.pack")))


async def test_survives_being_closed_and_opened(folder: Path) -> None:
    first, second = a_long_history("S1", 2)
    async with GitHistory(folder) as history:
        await history.commit([first])

    async with GitHistory(folder) as history:
        await history.commit([second])

        assert await history.head("S1") == second.commit


async def test_a_clone_of_an_event_is_a_repository_of_its_own(
    history: GitHistory, tmp_path: Path, shard: Path
) -> None:
    one, other = a_long_history("S1", 3), a_long_history("S2", 2)
    await history.commit([*one, *other])

    clone("S1", shard, tmp_path / "clone")

    cloned = git(tmp_path / "clone" / ".git", "log", "--all", "--format=%H").split()
    assert cloned == [revision.commit for revision in reversed(one)]
    assert (tmp_path / "clone" / "file0.json").read_bytes() == one[0].changed["file0.json"]


async def test_readers_need_no_lock_and_see_new_revisions(
    folder: Path, history: GitHistory
) -> None:
    first, second = a_long_history("S1", 2)

    async with GitHistoryReader(folder) as reader:
        assert await reader.head("S1") is None
        for revision in (first, second):
            await history.commit([revision])
            assert await reader.head("S1") == revision.commit
            assert (await reader.log("S1"))[0].commit == revision.commit


async def test_a_repository_that_is_not_there_yet_is_empty(folder: Path) -> None:
    async with GitHistoryReader(folder) as reader:
        assert await reader.head("S1") is None
        assert list(await reader.log("S1")) == []
        assert [event async for event in reader.events()] == []


async def test_a_second_writer_is_refused(history: GitHistory, shard: Path) -> None:
    await history.commit(a_long_history("S1", 1))

    with (
        pytest.raises(Unavailable, match="held by another process"),
        FileLock(shard.with_name(f"{shard.name}.lock"), patience_s=0.1),
    ):
        pytest.fail("two writers")


@pytest.mark.parametrize("event", ["", "../S1", "S1\nreset", "-S1", "S1/x", "S1.lock", "S" * 65])
async def test_refuses_names_that_are_no_events(history: GitHistory, event: str) -> None:
    (revision,) = a_history("S1", {"a": b"1"})

    with pytest.raises(ValidationError):
        await history.commit([replace(revision, event=event)])
    with pytest.raises(ValidationError):
        await history.head(event)


@pytest.mark.parametrize("file", ["", "..", ".git", "a b", "a\nD b", "a/b", '"a"', "a\0"])
async def test_refuses_names_that_are_no_files(history: GitHistory, file: str) -> None:
    (revision,) = a_history("S1", {"a": b"1"})

    with pytest.raises(ValidationError):
        await history.commit([replace(revision, changed={file: b"1"})])
    with pytest.raises(ValidationError):
        await history.read("S1", file, commit=revision.commit)


async def test_the_event_loop_runs_on_while_git_writes(history: GitHistory) -> None:
    revisions = a_long_history("S1", 2000, size=2000)
    turns = 0

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(history.commit(revisions))
        while not writing.done():
            await asyncio.sleep(0)
            turns += 1

    assert turns > 100


@pytest.mark.parametrize("victim", [0, 1], ids=["fast-import", "update-ref"])
async def test_goes_on_when_a_git_process_is_killed(history: GitHistory, victim: int) -> None:
    first, *revisions = a_long_history("S1", 20)
    await history.commit([first])
    for revision in revisions:
        pid = history.pids[victim]

        os.kill(pid, signal.SIGKILL)
        await history.commit([revision])

        assert await history.head("S1") == revision.commit
    await history.verify()


async def test_killed_in_the_middle_of_a_commit_it_is_written_all_the_same(
    history: GitHistory,
) -> None:
    events = [name for n in range(99) if shard_of(name := f"S{n}") == 0][:10]
    revisions = list(woven([a_long_history(event, 20, size=20_000) for event in events]))
    await history.commit(revisions[:10])
    for start in range(0, 200, 20):
        pid = history.pids[start // 20 % 2]
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(history.commit(revisions[start : start + 20]))
            for _ in range(start * 5):
                await asyncio.sleep(0)
            os.kill(pid, signal.SIGKILL)
        assert writing.done()

    for revision in revisions[-10:]:
        assert await history.head(revision.event) == revision.commit
    await history.verify()


async def test_a_lock_left_on_a_head_is_swept_at_the_start(folder: Path, shard: Path) -> None:
    first, second = a_long_history("S1", 2)
    async with GitHistory(folder) as history:
        await history.commit([first])
    left = [
        shard / "refs/namespaces/S1/refs/heads/main.lock",
        shard / "packed-refs.lock",
        shard / "objects/pack/tmp_pack_x",
        shard / "objects/pack/pack-0.pack",
    ]
    for path in left:
        path.write_bytes(b"")

    async with GitHistory(folder) as history:
        await history.commit([second])

        assert await history.head("S1") == second.commit
        assert not [path for path in left if path.exists()]


async def test_a_lock_left_on_a_head_by_a_killed_git_is_no_obstacle(
    history: GitHistory, shard: Path
) -> None:
    first, second = a_long_history("S1", 2)
    await history.commit([first])
    (shard / "refs/namespaces/S1/refs/heads/main.lock").write_bytes(b"")

    await history.commit([second])

    assert await history.head("S1") == second.commit


async def test_packs_are_consolidated_while_it_writes_on(history: GitHistory, shard: Path) -> None:
    revisions = a_long_history("S1", 4 * PACKS)
    for revision in revisions:
        await history.commit([revision])
    deadline = asyncio.get_running_loop().time() + 60

    while packs_of(shard) > 2 * PACKS and asyncio.get_running_loop().time() < deadline:
        await history.commit(revisions[-1:])

    assert packs_of(shard) <= 2 * PACKS
    assert len(await history.log("S1")) == len(revisions)
    await history.verify()


async def test_a_revision_that_no_head_reaches_survives_consolidation(history: GitHistory) -> None:
    first, second = a_long_history("S1", 2)
    await history.commit([first, second])
    await history.commit([first])

    for revision in a_long_history("S2", 2 * PACKS):
        await history.commit([revision])
    await history.commit([second])

    assert await history.head("S1") == second.commit
    await history.verify()


async def test_damage_is_found(history: GitHistory, shard: Path) -> None:
    await history.commit(a_long_history("S1", 5))
    for pack in (shard / "objects" / "pack").glob("*.pack"):
        content = bytearray(pack.read_bytes())
        content[len(content) // 2] ^= 0xFF
        pack.chmod(0o644)
        pack.write_bytes(content)

    with pytest.raises(HistoryCorrupt, match="from the log"):
        await history.verify()
