"""Archives of strangers: nothing outside is read, nothing hangs, and nothing is believed."""

import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from llama.adapters.archives import open_archive
from llama.adapters.archives.layout import MOST_LINE_BYTES, MOST_NOTICE_BYTES
from llama.client.archiving import check
from llama.domain.digests import digest_bytes
from llama.domain.errors import ArchiveRefused
from tests.support.archives import a_folder, a_line, a_tar, a_tar_of, an_entry, line_of

NOTICE = b'{"superevent_id": "S1"}'
RAW = f"raw/{digest_bytes(NOTICE)}"
INDEX = line_of(a_line(NOTICE))
Spoil = Callable[[Path], None]


def refused(path: Path, words: str = "archive") -> None:
    with pytest.raises(ArchiveRefused, match=words), open_archive(path) as archive:
        check(archive)


def a_secret(path: Path) -> Path:
    """Return a file outside that has the very bytes: to read it would not be noticed."""
    secret = path.parent / "secret"
    secret.write_bytes(NOTICE)
    return secret


def link_the_bytes(path: Path) -> None:
    (path / RAW).unlink()
    (path / RAW).symlink_to(a_secret(path))


def link_the_folder(path: Path) -> None:
    (path / "raw").rename(path.parent / "elsewhere")
    (path / "raw").symlink_to(path.parent / "elsewhere")


def link_the_list(path: Path) -> None:
    (path / "index.jsonl").rename(path.parent / "list")
    (path / "index.jsonl").symlink_to(path.parent / "list")


def put_a_pipe(path: Path) -> None:
    (path / RAW).unlink()
    os.mkfifo(path / RAW)


def put_a_folder(path: Path) -> None:
    (path / RAW).unlink()
    (path / RAW).mkdir()


def take_the_bytes(path: Path) -> None:
    (path / RAW).unlink()


def change_the_bytes(path: Path) -> None:
    (path / RAW).write_bytes(NOTICE.replace(b"S1", b"S2"))


def add_to_the_bytes(path: Path) -> None:
    (path / RAW).write_bytes(NOTICE + b" ")


def take_the_list(path: Path) -> None:
    (path / "index.jsonl").unlink()


@pytest.mark.parametrize(
    "spoil",
    [
        *(link_the_bytes, link_the_folder, link_the_list, put_a_pipe, put_a_folder),
        *(take_the_bytes, change_the_bytes, add_to_the_bytes, take_the_list),
    ],
)
def test_a_folder_that_is_not_what_was_exported_is_refused(tmp_path: Path, spoil: Spoil) -> None:
    folder = a_folder(tmp_path / "archive", NOTICE)
    spoil(folder)

    refused(folder)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "archive", NOTICE)
    take_the_bytes(folder)

    refused(folder, f"{folder} cannot be read as an archive: {RAW}: No such file")


@pytest.mark.parametrize(
    "line",
    [
        INDEX.replace(b'"raw":"', b'"raw":"../'),
        INDEX.replace(digest_bytes(NOTICE).encode(), b"../../../../../../etc/passwd"),
        INDEX.replace(b'"size":', b'"size":-'),
        b"not JSON\n",
        b"[]\n",
        b"\n",
        b"\xff\xfe\n",
        b"[" * 50_000 + b"\n",
    ],
)
def test_a_line_that_is_no_copy_is_refused(tmp_path: Path, line: bytes) -> None:
    folder = a_folder(tmp_path / "archive", NOTICE)
    (folder / "index.jsonl").write_bytes(INDEX + line)

    refused(folder, "line 2 of index.jsonl is no copy")


def test_a_line_without_an_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "archive", NOTICE)
    (folder / "index.jsonl").write_bytes(b" " * (MOST_LINE_BYTES + 2))

    refused(folder, "line 1 of index.jsonl has too many bytes")


def test_bytes_beyond_what_a_notice_may_have_are_not_read(tmp_path: Path) -> None:
    size = MOST_NOTICE_BYTES + 1
    folder = a_folder(tmp_path / "archive", NOTICE)
    os.truncate(folder / RAW, size)
    (folder / "index.jsonl").write_bytes(line_of(a_line(NOTICE, size=size)))

    refused(folder, "bytes: the list says")


@pytest.mark.parametrize(
    "entry",
    [
        an_entry("../evil", b"x"),
        an_entry("/etc/evil", b"x"),
        an_entry("raw/../../evil", b"x"),
        an_entry(f"{RAW}/x", b"x"),
        an_entry("raw/another", b"x"),
        an_entry("raw/" + "A" * 64, b"x"),
        an_entry(RAW, kind=tarfile.SYMTYPE, link="/etc/passwd"),
        an_entry(RAW, kind=tarfile.LNKTYPE, link="index.jsonl"),
        an_entry(RAW, kind=tarfile.FIFOTYPE),
        an_entry(RAW, kind=tarfile.CHRTYPE),
        an_entry(RAW, NOTICE, kind=tarfile.GNUTYPE_SPARSE),
        an_entry(RAW, NOTICE, kind=tarfile.XHDTYPE),
        an_entry(RAW, NOTICE, kind=tarfile.GNUTYPE_LONGNAME),
    ],
)
def test_a_tar_file_has_plain_files_of_known_names_alone(
    tmp_path: Path, entry: tuple[tarfile.TarInfo, bytes]
) -> None:
    path = a_tar_of(tmp_path / "a.tar", an_entry("index.jsonl", INDEX), entry)

    refused(path, "is no part of an archive")


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    twice = an_entry(RAW, NOTICE), an_entry(RAW, NOTICE)

    refused(a_tar_of(tmp_path / "a.tar", an_entry("index.jsonl", INDEX), *twice), "there twice")


@pytest.mark.parametrize("left", [1, 100, 511, 600, 1023, 1100])
def test_a_tar_file_that_was_cut_is_refused(tmp_path: Path, left: int) -> None:
    path = a_tar(tmp_path / "a.tar", NOTICE)
    os.truncate(path, left)

    refused(path)


def test_a_size_that_the_file_does_not_have_is_refused(tmp_path: Path) -> None:
    path = a_tar(tmp_path / "a.tar", NOTICE)
    entry = tarfile.TarInfo("index.jsonl")
    entry.size = 2**60
    path.write_bytes(entry.tobuf(tarfile.GNU_FORMAT) + path.read_bytes())

    refused(path, "there twice, or cut off")


@pytest.mark.parametrize("content", [b"", b"x", b"\x1f\x8b" + b"x" * 2000, b"x" * 1024])
def test_what_is_no_tar_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(content)

    refused(path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "absent.tar", "is no archive: name a folder")


def test_what_another_program_has_packed_in_folders_is_read(tmp_path: Path) -> None:
    entries = [an_entry("./", kind=tarfile.DIRTYPE), an_entry("./raw/", kind=tarfile.DIRTYPE)]
    files = an_entry("./index.jsonl", INDEX), an_entry(f"./{RAW}", NOTICE)

    with open_archive(a_tar_of(tmp_path / "a.tar", *entries, *files)) as archive:
        assert check(archive).notices == 1
