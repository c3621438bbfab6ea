"""What the store on disk promises beyond the contract: damage, crashes, neighbours."""

import asyncio
import fcntl
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from llama.adapters.artifacts import DiskArtifacts
from llama.domain.digests import digest_bytes
from llama.domain.errors import ArtifactCorrupt, Unavailable

DIGEST = digest_bytes(b"map")
PUT_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from llama.adapters.artifacts import DiskArtifacts

async def main():
    store = DiskArtifacts(Path(sys.argv[1]))
    print("ready", flush=True)
    number = 0
    while True:
        number += 1
        await store.put(number.to_bytes(4) * 50_000)

asyncio.run(main())
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


def damage(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


async def test_finds_damage_and_says_where(root: Path, tmp_path: Path) -> None:
    store = DiskArtifacts(root)
    await store.put(b"map")
    damage(root / DIGEST[:2] / DIGEST, b"mop")

    with pytest.raises(ArtifactCorrupt, match=DIGEST):
        await store.get(DIGEST)
    with pytest.raises(ArtifactCorrupt, match=DIGEST):
        await store.place(DIGEST, tmp_path / "target")


@pytest.mark.parametrize("damaged", [b"", b"mop"])
async def test_putting_again_repairs_a_damaged_artifact(root: Path, damaged: bytes) -> None:
    store = DiskArtifacts(root)
    await store.put(b"map")
    damage(root / DIGEST[:2] / DIGEST, damaged)

    await store.put(b"map")

    assert await store.get(DIGEST) == b"map"


async def test_an_artifact_is_read_only_and_is_not_written_twice(root: Path) -> None:
    store = DiskArtifacts(root)
    await store.put(b"map")
    before = (root / DIGEST[:2] / DIGEST).stat()

    await store.put(b"map")

    after = (root / DIGEST[:2] / DIGEST).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert after.st_mode & 0o777 == 0o444


async def test_leaves_no_temporary_file(root: Path) -> None:
    store = DiskArtifacts(root)

    await asyncio.gather(*(store.put(b"%d" % (number % 5)) for number in range(40)))

    assert list((root / "tmp").iterdir()) == []


def test_start_sweeps_what_a_crash_left_but_not_what_is_being_written(root: Path) -> None:
    DiskArtifacts(root)
    (root / "tmp" / "1-left").write_bytes(b"half")
    with (root / "tmp" / "2-busy").open("wb") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)

        DiskArtifacts(root)

        assert [path.name for path in (root / "tmp").iterdir()] == ["2-busy"]


async def test_two_stores_on_one_folder_see_each_other(root: Path) -> None:
    first, second = DiskArtifacts(root), DiskArtifacts(root)

    await asyncio.gather(*(store.put(b"map") for store in (first, second) * 10))

    assert await second.get(DIGEST) == b"map"
    assert [name async for name in first.names()] == [DIGEST]


async def test_copies_where_it_cannot_link(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    store = DiskArtifacts(root)

    await store.place(await store.put(b"map"), tmp_path / "target")

    assert (tmp_path / "target").read_bytes() == b"map"
    assert (tmp_path / "target").stat().st_mode & 0o777 == 0o444


async def test_a_disk_that_refuses_is_unavailable(root: Path) -> None:
    store = DiskArtifacts(root)
    (root / DIGEST[:2]).write_text("in the way")

    with pytest.raises(Unavailable, match="try again"):
        await store.put(b"map")


async def test_foreign_files_are_no_names(root: Path) -> None:
    store = DiskArtifacts(root)
    await store.put(b"map")
    (root / DIGEST[:2] / "README").write_text("not an artifact")
    (root / "lost+found").mkdir()

    assert [name async for name in store.names()] == [DIGEST]


@pytest.fixture
def killed_writer(root: Path, repository_root: Path) -> None:
    """Let a process put artifacts, and kill it while it does."""
    command = [sys.executable, "-c", PUT_FOR_EVER, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=repository_root) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        while len(list(root.glob("??/*"))) < 3:
            assert writer.poll() is None
        writer.send_signal(signal.SIGKILL)


@pytest.mark.usefixtures("killed_writer")
async def test_whatever_a_killed_writer_left_is_whole(root: Path) -> None:
    store = DiskArtifacts(root)

    names = [name async for name in store.names()]

    assert len(names) >= 3
    assert list((root / "tmp").iterdir()) == []
    for name in names:
        assert digest_bytes(await store.get(name)) == name
