"""Exported archives: what is written is read back, and nothing half done is seen."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from llama.adapters.archives import is_archive, open_archive, write_archive
from llama.client.archiving import Counted, check
from llama.domain.digests import digest_bytes
from llama.domain.errors import ArchiveRefused
from schemas.archive import ArchivedCopy
from tests.support.archives import a_line

CONTENTS = (b'{"superevent_id": "S1"}', b"", b"\x00\xff not JSON", b'{"superevent_id": "S1"}')


@pytest.fixture(params=["archive", "archive.tar"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / "below" / request.param


def lines(contents: Sequence[bytes] = CONTENTS) -> list[ArchivedCopy]:
    return [a_line(content, offset=offset) for offset, content in enumerate(contents)]


def write(target: Path, contents: Sequence[bytes] = CONTENTS) -> None:
    with write_archive(target) as archive:
        for line, content in zip(lines(contents), contents, strict=True):
            if not archive.has(line.raw):
                archive.keep(line.raw, content)
            archive.tell(line)


def stop(target: Path, *contents: bytes) -> None:
    """Write some of an archive, and be interrupted."""
    with write_archive(target) as archive:
        for content in contents:
            archive.keep(digest_bytes(content), content)
        raise KeyboardInterrupt


def test_what_was_written_is_read_back_in_its_order(target: Path) -> None:
    write(target)

    assert is_archive(target)
    with open_archive(target) as archive:
        read = list(archive.copies())
        contents = [archive.content(line) for line in archive.copies()]

    assert (read, contents) == (lines(), list(CONTENTS))


def test_equal_bytes_are_kept_once(target: Path) -> None:
    write(target)

    with open_archive(target) as archive:
        assert check(archive) == Counted(4, 3, sum(map(len, CONTENTS[:3])))


def test_an_archive_of_nothing_is_one(target: Path) -> None:
    write(target, ())

    with open_archive(target) as archive:
        assert check(archive) == Counted(0, 0, 0)


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tgz", "a.tar.zst", "a.zip", "a.TAR", "a.TGZ"])
def test_a_name_that_promises_another_kind_of_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveRefused, match=r"name it \.tar, or a folder without such an ending"):
        write(tmp_path / name)

    assert list(tmp_path.iterdir()) == []


def test_what_is_in_the_place_is_not_written_over(target: Path) -> None:
    write(target)
    before = target.stat()

    with pytest.raises(ArchiveRefused, match="exists, and is not written over"):
        write(target, [b"another"])

    assert target.stat() == before


def test_nothing_is_seen_of_an_archive_that_was_stopped(target: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        stop(target, b"a")

    assert not target.exists()
    write(target)
    with open_archive(target) as archive:
        assert check(archive).copies == 4
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_stopped_export_to_a_folder_goes_on_with_what_is_whole(tmp_path: Path) -> None:
    whole, broken, unwanted = b"whole", b"broken", b"unwanted"
    with pytest.raises(KeyboardInterrupt):
        stop(tmp_path / "a", whole, broken, unwanted)
    (tmp_path / "a.part" / "raw" / digest_bytes(broken)).write_bytes(b"brok")

    with write_archive(tmp_path / "a") as archive:
        known = [archive.has(digest_bytes(content)) for content in (whole, broken)]
        archive.keep(digest_bytes(broken), broken)

    kept = {path.name for path in (tmp_path / "a" / "raw").iterdir()}
    assert known == [True, False]
    assert kept == {digest_bytes(whole), digest_bytes(broken)}


def test_two_exports_do_not_write_into_each_other(target: Path) -> None:
    with write_archive(target) as archive:
        archive.tell(a_line(b""))
        with pytest.raises(ArchiveRefused, match="being written by another export"):
            write(target)
        archive.keep(digest_bytes(b""), b"")

    with open_archive(target) as archive:
        assert check(archive) == Counted(1, 1, 0)


def test_equal_archives_have_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.tar", "b.tar"):
        write(tmp_path / name)

    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()
