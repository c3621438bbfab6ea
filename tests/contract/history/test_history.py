"""What every history promises."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from llama.adapters.git.history import GitHistory
from llama.adapters.memory.history import MemoryHistory
from llama.domain.errors import HistoryCorrupt
from llama.domain.revisions import blob_id
from llama.domain.shards import shard_of
from llama.ports.history import History
from tests.support.revisions import NOON, a_history, a_long_history, woven

ABSENT = "0123456789" * 4


@pytest.fixture(params=["memory", "git"])
async def history(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[History]:
    if request.param == "memory":
        yield MemoryHistory()
        return
    async with GitHistory(tmp_path / "history") as written:
        yield written


async def test_the_head_is_the_last_revision(history: History) -> None:
    revisions = a_long_history("S1", 3)

    await history.commit(revisions)

    assert await history.head("S1") == revisions[-1].commit


async def test_an_event_without_revisions_has_no_history(history: History) -> None:
    await history.commit([])

    assert await history.head("S1") is None
    assert list(await history.log("S1")) == []
    assert [event async for event in history.events()] == []


async def test_the_log_says_what_happened_newest_first(history: History) -> None:
    first, second = a_history("S1", {"a.json": b"1"}, {"a.json": b"2"})

    await history.commit([first, second])

    newest, oldest = await history.log("S1")
    assert (newest.commit, newest.parent) == (second.commit, first.commit)
    assert (oldest.commit, oldest.parent) == (first.commit, None)
    assert (oldest.at, oldest.message) == (NOON, first.message)


async def test_every_revision_keeps_its_files(history: History) -> None:
    first, second, third = a_history(
        "S1", {"a.json": b"1", "b.fits": bytes(range(256))}, {"a.json": b"2"}, {"a.json": None}
    )

    await history.commit([first, second, third])

    assert await history.read("S1", "a.json", commit=first.commit) == b"1"
    assert await history.read("S1", "a.json", commit=second.commit) == b"2"
    assert await history.read("S1", "b.fits", commit=third.commit) == bytes(range(256))
    with pytest.raises(KeyError, match=r"a\.json"):
        await history.read("S1", "a.json", commit=third.commit)


async def test_an_unknown_revision_has_no_file(history: History) -> None:
    await history.commit(a_long_history("S1", 1))

    with pytest.raises(KeyError, match="012345678901"):
        await history.read("S1", "a.json", commit=ABSENT)


async def test_every_revision_lists_its_files(history: History) -> None:
    first, second = a_history("S1", {"b.fits": b"\0", "a.json": b"1"}, {"b.fits": None})

    await history.commit([first, second])

    assert await history.files("S1", commit=first.commit) == {
        "a.json": blob_id(b"1"),
        "b.fits": blob_id(b"\0"),
    }
    assert await history.files("S1", commit=second.commit) == {"a.json": blob_id(b"1")}
    with pytest.raises(KeyError, match="012345678901"):
        await history.files("S1", commit=ABSENT)


async def test_what_was_written_is_whole(history: History) -> None:
    await history.commit(a_long_history("S1", 3))

    await history.verify()

    assert await history.head("S1")


async def test_all_files_may_go_and_come_back(history: History) -> None:
    revisions = a_history("S1", {"a": b""}, {"a": None}, {}, {"a": b"\0\n", "A": b"x"}, {"b": None})

    await history.commit(revisions)

    assert await history.head("S1") == revisions[-1].commit
    assert await history.read("S1", "a", commit=revisions[-1].commit) == b"\0\n"


async def test_events_do_not_mix(history: History) -> None:
    histories = [a_long_history(event, 4) for event in ("S1", "S1a", "MS2", "TS_3-x")]

    await history.commit(list(woven(histories)))

    assert sorted([event async for event in history.events()]) == ["MS2", "S1", "S1a", "TS_3-x"]
    for written in histories:
        log = await history.log(written[0].event)
        assert [revision.commit for revision in log] == [new.commit for new in reversed(written)]


async def test_equal_revisions_of_two_events_are_both_there(history: History) -> None:
    (one,) = a_history("S1", {"a.json": b"1"})
    twin = replace(one, event="S2")

    await history.commit([one, twin])

    assert await history.head("S1") == await history.head("S2") == one.commit


async def test_writing_again_moves_the_head_back_and_on_again(history: History) -> None:
    revisions = a_long_history("S1", 5)
    await history.commit(revisions)

    await history.commit(revisions[:2])
    assert await history.head("S1") == revisions[1].commit

    for revision in revisions[2:]:
        await history.commit([revision])
    assert [entry.commit for entry in await history.log("S1")] == [
        revision.commit for revision in reversed(revisions)
    ]


async def test_a_revision_may_come_twice_in_one_go(history: History) -> None:
    first, second, third = a_long_history("S1", 3)

    await history.commit([first, second, first, second, third])

    assert await history.head("S1") == third.commit
    assert len(await history.log("S1")) == 3


async def test_a_revision_without_its_parent_is_corrupt(history: History) -> None:
    first, second = a_long_history("S1", 2)

    with pytest.raises(HistoryCorrupt, match=second.commit):
        await history.commit([second])

    assert await history.head("S1") is None
    await history.commit([first, second])
    assert await history.head("S1") == second.commit


async def test_a_revision_that_is_not_what_it_says_moves_no_head(history: History) -> None:
    first, second = a_long_history("S1", 2)
    twin = next(name for n in range(2, 99) if shard_of(name := f"S{n}") == shard_of("S1"))
    (other,) = a_long_history(twin, 1)
    await history.commit([first])

    with pytest.raises(HistoryCorrupt, match="S1"):
        await history.commit([other, replace(second, message="something else")])

    assert await history.head("S1") == first.commit
    assert await history.head(twin) is None
    await history.commit([second])
    assert await history.head("S1") == second.commit


async def test_a_thousand_revisions_in_one_go(history: History) -> None:
    revisions = a_long_history("S1", 1000, size=2000)

    await history.commit(revisions)

    assert len(await history.log("S1")) == 1000
