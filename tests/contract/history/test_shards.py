"""Several repositories and several writers: who may write where, and who gives way."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from llama.adapters.git.command import run_git
from llama.adapters.git.history import GitHistory
from llama.adapters.git.reader import GitHistoryReader
from llama.adapters.git.replacing import replacing, set_aside_unsharded
from llama.adapters.git.shards import Seat, repository_of, shard_path
from llama.domain.errors import HistoryCorrupt, Unavailable
from llama.domain.revisions import NewRevision
from llama.domain.shards import SHARDS, shard_of
from tests.support.revisions import a_long_history

EVENTS = [next(name for n in range(99) if shard_of(name := f"S{n}") == k) for k in range(SHARDS)]
"""An event for each shard."""


async def written_slowly(history: GitHistory, revisions: Sequence[NewRevision]) -> None:
    for revision in revisions:
        await history.commit([revision])
        await asyncio.sleep(0.005)


async def test_every_event_is_in_the_repository_of_its_shard(tmp_path: Path) -> None:
    async with GitHistory(tmp_path) as history:
        await history.commit([one for event in EVENTS for one in a_long_history(event, 2)])

        assert sorted([event async for event in history.events()]) == sorted(EVENTS)
        await history.verify()
    for event in EVENTS:
        assert repository_of(tmp_path, event) == shard_path(tmp_path, shard_of(event))
        assert (repository_of(tmp_path, event) / "refs" / "namespaces" / event).is_dir()


async def test_two_instances_write_at_the_same_time_each_to_its_own_shards(tmp_path: Path) -> None:
    async with GitHistory(tmp_path) as one, GitHistory(tmp_path) as other:
        for turn in range(3):
            for number, event in enumerate(EVENTS):
                history = (one, other)[number % 2]
                await history.commit(a_long_history(event, 3)[turn : turn + 1])

    async with GitHistoryReader(tmp_path) as reader:
        logs = {event: len(await reader.log(event)) for event in EVENTS}
    assert logs == dict.fromkeys(EVENTS, 3)


async def test_another_writer_takes_over_when_the_first_one_has_gone(tmp_path: Path) -> None:
    first, second = a_long_history("S1", 2)
    async with GitHistory(tmp_path) as history:
        await history.commit([first])

    async with GitHistory(tmp_path) as other:
        await other.commit([second])

        assert await other.head("S1") == second.commit


async def test_a_writer_gives_way_to_who_wants_its_seat_and_takes_it_back(tmp_path: Path) -> None:
    first, second = a_long_history("S1", 2)
    seat = Seat(repository_of(tmp_path, "S1"))
    async with GitHistory(tmp_path) as history:
        await history.commit([first])

        await asyncio.to_thread(seat.claim)

        assert history.pids == ()
        with pytest.raises(Unavailable, match="written again from the log"):
            await history.commit([second])
        seat.leave()
        await history.commit([second])
        assert await history.head("S1") == second.commit


async def test_who_wants_a_seat_gets_it_at_the_next_commit_too(tmp_path: Path) -> None:
    revisions = a_long_history("S1", 400)
    seat = Seat(repository_of(tmp_path, "S1"))
    async with GitHistory(tmp_path) as history:
        await history.commit(revisions[:1])
        claiming = asyncio.create_task(asyncio.to_thread(seat.claim))

        with pytest.raises(Unavailable, match="written again"):
            await written_slowly(history, revisions)

        await claiming
        seat.leave()


async def test_a_new_repository_takes_the_place_of_the_old_one_which_is_kept(
    tmp_path: Path,
) -> None:
    revisions = a_long_history("S1", 3)
    root, shard = repository_of(tmp_path, "S1"), shard_of("S1")
    async with GitHistory(tmp_path) as history, GitHistoryReader(tmp_path) as reader:
        await history.commit(revisions[:2])
        assert await reader.head("S1")

        async with replacing(tmp_path, shard) as new:
            await new.commit(revisions)

        assert await reader.head("S1") == revisions[-1].commit
        assert len(await reader.log("S1")) == 3
        await history.commit(revisions)
    assert run_git(root.with_name(f"{root.name}.replaced"), "rev-list", "--all", "--count") == "2"
    assert not (tmp_path / "rebuilding").exists()


async def test_of_the_repositories_that_were_replaced_only_the_last_is_kept(tmp_path: Path) -> None:
    revisions = a_long_history("S1", 3)
    root, shard = repository_of(tmp_path, "S1"), shard_of("S1")
    for count in (1, 2, 3):
        async with replacing(tmp_path, shard) as new:
            await new.commit(revisions[:count])

    assert [path.name for path in tmp_path.glob("*.replaced*")] == [f"{root.name}.replaced"]
    assert run_git(root.with_name(f"{root.name}.replaced"), "rev-list", "--all", "--count") == "2"


async def test_a_rebuild_that_fails_leaves_all_as_it_was(tmp_path: Path) -> None:
    first, second = a_long_history("S1", 2)
    async with GitHistory(tmp_path) as history:
        await history.commit([first])

        with pytest.raises(HistoryCorrupt):
            async with replacing(tmp_path, shard_of("S1")) as new:
                await new.commit([second])

        await history.commit([second])
        assert await history.head("S1") == second.commit


async def test_a_history_of_an_earlier_release_is_refused_until_it_is_written_again(
    tmp_path: Path,
) -> None:
    revisions = a_long_history("S1", 2)
    async with GitHistory(tmp_path / "other") as history:
        await history.commit(revisions)
    shutil.copytree(repository_of(tmp_path / "other", "S1"), tmp_path / "history")

    async with GitHistoryReader(tmp_path / "history") as reader:
        with pytest.raises(HistoryCorrupt, match="llama rebuild --history"):
            await reader.head("S1")
    with pytest.raises(HistoryCorrupt, match="llama rebuild --history"):
        async with GitHistory(tmp_path / "history"):
            pytest.fail("it writes")

    set_aside_unsharded(tmp_path / "history")
    async with replacing(tmp_path / "history", shard_of("S1")) as new:
        await new.commit(revisions)
    async with GitHistoryReader(tmp_path / "history") as reader:
        assert await reader.head("S1") == revisions[-1].commit


async def test_a_damaged_content_is_told_with_what_to_do(tmp_path: Path) -> None:
    revisions = a_long_history("S1", 3, size=5000)
    async with GitHistory(tmp_path) as history:
        await history.commit(revisions)
    for pack in repository_of(tmp_path, "S1").glob("objects/pack/*.pack"):
        content = pack.read_bytes()
        pack.chmod(0o644)
        pack.write_bytes(content[:12] + bytes(len(content) - 32) + content[-20:])

    async with GitHistoryReader(tmp_path) as reader:
        with pytest.raises(HistoryCorrupt, match="llama rebuild --history"):
            await reader.log("S1")
