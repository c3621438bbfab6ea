"""What the table of small artifacts promises beyond the contract: damage, crashes, neighbours."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from llama.adapters.artifact_table import ArtifactTable
from llama.adapters.kept_artifacts import SMALL_BYTES, TABLE, KeptArtifacts
from llama.domain.digests import digest_bytes
from llama.domain.errors import ArtifactCorrupt, Unavailable

DIGEST = digest_bytes(b"map")
PUT_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from llama.adapters.artifact_table import ArtifactTable

async def main():
    table = ArtifactTable(Path(sys.argv[1]))
    number = 0
    while True:
        number += 8
        some = [table.put(one.to_bytes(4) * 50) for one in range(number - 8, number)]
        await asyncio.gather(*some)
        print(number, flush=True)

asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / TABLE


def changed(path: Path, statement: str, *arguments: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, arguments)


def rows(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        [(count,)] = connection.execute("select count(*) from artifacts").fetchall()
    return int(count)


async def test_only_what_is_small_is_a_row(tmp_path: Path) -> None:
    store = KeptArtifacts(tmp_path)

    small = await store.put(bytes(SMALL_BYTES))
    large = await store.put(bytes(SMALL_BYTES + 1))

    assert not (tmp_path / small[:2] / small).exists()
    assert (tmp_path / large[:2] / large).is_file()
    assert rows(tmp_path / TABLE) == 1


async def test_small_files_of_before_are_still_found(tmp_path: Path) -> None:
    before = tmp_path / DIGEST[:2] / DIGEST
    before.parent.mkdir()
    before.write_bytes(b"map")
    store = KeptArtifacts(tmp_path)

    found = await store.get(DIGEST)
    await store.put(b"map")

    assert found == b"map"
    assert [name async for name in store.names()] == [DIGEST]


async def test_finds_damage_and_says_where(path: Path) -> None:
    table = ArtifactTable(path)
    await table.put(b"map")
    changed(path, "update artifacts set content = ?", b"mop")

    with pytest.raises(ArtifactCorrupt, match=rf"{DIGEST} in .*{TABLE}"):
        table.get(DIGEST)


async def test_putting_again_repairs_a_damaged_artifact(path: Path) -> None:
    table = ArtifactTable(path)
    await table.put(b"map")
    changed(path, "update artifacts set content = ?", b"mop")

    await table.put(b"map")

    assert table.get(DIGEST) == b"map"


async def test_what_comes_at_the_same_time_is_kept_together(path: Path) -> None:
    table = ArtifactTable(path)
    contents = [str(number).encode() for number in range(200)]

    digests = await asyncio.gather(*map(table.put, contents))

    assert [table.get(digest) for digest in digests] == contents


async def test_who_does_not_wait_any_more_harms_nobody(path: Path) -> None:
    table = ArtifactTable(path)
    impatient = asyncio.ensure_future(table.put(b"map"))
    await asyncio.sleep(0)

    impatient.cancel()
    await table.put(b"plot")

    assert table.get(digest_bytes(b"plot")) == b"plot"


def a_folder(path: Path) -> None:
    path.mkdir(parents=True)


def no_database(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this was a database once" * 100)


@pytest.mark.parametrize("spoil", [a_folder, no_database])
async def test_what_cannot_be_used_is_told_with_its_path(
    path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(path)
    table = ArtifactTable(path)

    with pytest.raises(Unavailable, match=rf"{TABLE} cannot be used: .*; free space or repair"):
        await table.put(b"map")
    with pytest.raises(Unavailable, match=TABLE):
        table.get(DIGEST)


async def test_it_goes_on_when_the_disk_is_repaired(path: Path) -> None:
    a_folder(path)
    table = ArtifactTable(path)
    with pytest.raises(Unavailable):
        await table.put(b"map")

    path.rmdir()
    await table.put(b"map")

    assert table.get(DIGEST) == b"map"


def a_writer(path: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PUT_FOR_EVER, str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def put_some(path: Path) -> None:
    table = ArtifactTable(path)
    digests = [await table.put(f"mine {number}".encode()) for number in range(50)]
    assert all(table.has(digest) for digest in digests)


def test_two_processes_share_it(path: Path) -> None:
    with a_writer(path) as other:
        assert other.stdout is not None
        other.stdout.readline()
        asyncio.run(put_some(path))
        other.kill()

    assert ArtifactTable(path).has(digest_bytes((0).to_bytes(4) * 50))


def test_what_was_kept_survives_the_death_of_its_writer(path: Path) -> None:
    with a_writer(path) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(5)]
        writer.send_signal(signal.SIGKILL)

    table = ArtifactTable(path)
    names = [digest_bytes(number.to_bytes(4) * 50) for number in range(told[-1])]
    assert [table.get(name) is not None for name in names] == [True] * len(names)
