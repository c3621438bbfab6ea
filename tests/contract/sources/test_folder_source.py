"""What is promised of files and folders beyond what every source promises."""

import asyncio
import os
from pathlib import Path

import pytest

from llama.adapters.sources import folder
from llama.adapters.sources.folder import FolderFeed
from llama.domain.errors import Unavailable
from llama.domain.sources.kinds import FolderSource
from llama.ports.sources import Haul, Places
from tests.contract.sources.bench import LOOK_EVERY_S, after, taken

QUICK_S = 0.05
NEVER_S = 3600.0


def a_feed(
    path: Path, places: Places | None = None, *, follow: bool = False, settled_s: float = QUICK_S
) -> FolderFeed:
    source = FolderSource("file:///x", str(path), follow)
    return FolderFeed(source, places or {}, settled_s, LOOK_EVERY_S)


async def all_of(feed: FolderFeed) -> list[Haul]:
    async with feed:
        return [haul async for haul in feed.hauls()]


def names(hauls: list[Haul]) -> list[str]:
    return [one.topic for haul in hauls for one in haul.arrivals]


async def test_files_come_in_the_order_of_their_names_and_then_it_ends(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "10.json", "9.json"):
        (tmp_path / name).write_bytes(b"{}")

    hauls = await all_of(a_feed(tmp_path))

    assert names(hauls) == ["10.json", "9.json", "a.json", "b.json"]


async def test_one_file_is_a_source_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"{}")

    hauls = await all_of(a_feed(tmp_path / "a.json"))

    assert [one.value for haul in hauls for one in haul.arrivals] == [b"{}"]


async def test_many_files_come_in_bounded_hauls(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number:02}").write_bytes(b"")

    hauls = await all_of(a_feed(tmp_path))

    assert names(hauls) == [f"{number:02}" for number in range(40)]
    assert max(len(haul.arrivals) for haul in hauls) == folder.MOST_FILES
    lags = [haul.lag for haul in hauls]
    assert lags == sorted(lags, reverse=True)
    assert lags[-1] == 0


async def test_a_file_that_is_being_written_is_waited_for(tmp_path: Path) -> None:
    growing = tmp_path / "a.json"
    growing.write_bytes(b"{")

    async with a_feed(tmp_path, settled_s=NEVER_S) as feed:
        hauls = feed.hauls()
        assert [(await anext(hauls)).lag for _ in range(3)] == [1, 1, 1]
        growing.write_bytes(b"{}")
        os.utime(growing, (1, 1))
        arrival = (await anext(hauls)).arrivals[0]

    assert arrival.value == b"{}"


async def test_a_file_of_tomorrow_is_whole_when_it_has_not_changed_for_a_while(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.json").write_bytes(b"{}")
    os.utime(tmp_path / "a.json", (4_000_000_000, 4_000_000_000))

    assert names(await all_of(a_feed(tmp_path))) == ["a.json"]


async def test_hidden_files_folders_links_and_pipes_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".a.json").write_bytes(b"half")
    (tmp_path / "b").mkdir()
    (tmp_path / "c.json").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "d")

    hauls = await all_of(a_feed(tmp_path))

    assert names(hauls) == []
    assert "'c.json' is no file of its own" in hauls[-1].complaint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_may_not_be_read_is_told_and_holds_nothing_up(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"")
    (tmp_path / "a.json").chmod(0)
    (tmp_path / "b.json").write_bytes(b"{}")

    hauls = await all_of(a_feed(tmp_path))

    assert names(hauls) == ["b.json"]
    assert "'a.json' cannot be read" in hauls[-1].complaint


async def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="none is not there"):
        await all_of(a_feed(tmp_path / "none"))


async def test_names_of_any_bytes_are_read_once(tmp_path: Path) -> None:
    for name in (b"\xff\xfe.json", b"a\nb", b"x" * 255, "ä.json".encode()):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(name)

    async with a_feed(tmp_path) as feed:
        arrivals = await taken(feed, 4)
    again = await all_of(a_feed(tmp_path, after(arrivals)))

    assert {one.value for one in arrivals} == {
        b"\xff\xfe.json",
        b"a\nb",
        b"x" * 255,
        "ä.json".encode(),
    }
    assert names(again) == []


async def test_a_file_beyond_any_notice_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "LARGEST_RECORD", 10)
    (tmp_path / "a").write_bytes(b"x" * 11)
    (tmp_path / "b").write_bytes(b"x" * 10)

    hauls = await all_of(a_feed(tmp_path))

    assert [(one.value, one.size) for haul in hauls for one in haul.arrivals] == [
        (None, 11),
        (b"x" * 10, 10),
    ]


async def test_a_file_that_goes_away_before_it_is_read_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"half")

    async with a_feed(tmp_path, follow=True, settled_s=NEVER_S) as feed:
        hauls = feed.hauls()
        await anext(hauls)
        await asyncio.to_thread((tmp_path / "a.json").unlink)
        lags = [(await anext(hauls)).lag for _ in range(2)]

    assert lags[-1] == 0
