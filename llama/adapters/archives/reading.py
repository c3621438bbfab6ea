"""Reads archives that may be a stranger's: nothing is followed, unpacked or read beyond a limit."""

import os
import stat
import tarfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, TypeAlias

from pydantic import ValidationError

from llama.adapters.archives.layout import (
    DIGEST,
    INDEX,
    MOST_LINE_BYTES,
    MOST_NOTICE_BYTES,
    RAW,
    TAR,
)
from llama.domain.digests import digest_bytes
from llama.domain.errors import ArchiveRefused
from llama.ports.archives import ArchiveReader
from schemas.archive import ArchivedCopy

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Neither a link is followed, nor a writer of a pipe waited for."""
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)

_Places: TypeAlias = Mapping[str, tuple[int, int]]
_Opened: TypeAlias = AbstractContextManager[tuple[IO[bytes], int]]
"""A file of the archive at its first byte, and how many bytes it has."""


def is_archive(path: Path) -> bool:
    """Tell whether a path is meant as an archive: a tar file, or a folder with a list."""
    return path.suffix == TAR or (path / INDEX).is_file()


@contextmanager
def open_archive(path: Path) -> Generator[ArchiveReader]:
    """Open an archive; ArchiveRefused if it is none."""
    if path.is_dir():
        with _descriptor(path) as root:
            yield _Reader(path, lambda name: _in_folder(path, root, name))
        return
    with _explained(path):
        if not path.is_file():
            raise ArchiveRefused(f"{path} is no archive: name a folder or a {TAR} file")
        places = _places_in(path)
    yield _Reader(path, lambda name: _in_tar(path, places, name))


class _Reader:
    def __init__(self, path: Path, opened: Callable[[str], _Opened]) -> None:
        self._path = path
        self._opened = opened

    def copies(self) -> Iterator[ArchivedCopy]:
        """Go through the list, in its order."""
        with _explained(self._path, INDEX), self._opened(INDEX) as (file, size):
            number, left = 0, size
            while left > 0:
                line = file.readline(min(left, MOST_LINE_BYTES + 1))
                number, left = number + 1, left - len(line)
                yield self._copy(line, number)

    def content(self, copy: ArchivedCopy) -> bytes:
        """Return the bytes of a copy, of the digest and size that the list tells."""
        name = f"{RAW}/{copy.raw}"
        with _explained(self._path, name), self._opened(name) as (file, size):
            if size != copy.size or size > MOST_NOTICE_BYTES:
                raise self._refused(f"{name} has {size:,} bytes: the list says {copy.size:,}")
            content = file.read(size)
        if digest_bytes(content) != copy.raw:
            raise self._refused(f"the bytes of {name} do not hash to its name")
        return content

    def _copy(self, line: bytes, number: int) -> ArchivedCopy:
        if not line or len(line) > MOST_LINE_BYTES:
            raise self._refused(f"line {number} of {INDEX} has too many bytes, or is cut off")
        try:
            return ArchivedCopy.model_validate_json(line)
        except ValidationError as error:
            raise self._refused(f"line {number} of {INDEX} is no copy of a notice") from error

    def _refused(self, why: str) -> ArchiveRefused:
        return ArchiveRefused(f"{self._path} is no archive that can be used: {why}")


@contextmanager
def _explained(path: Path, name: str = "") -> Generator[None]:
    try:
        yield
    except OSError as error:
        why = f"{name}: {error.strerror}" if name else error.strerror
        raise ArchiveRefused(f"{path} cannot be read as an archive: {why}") from error


@contextmanager
def _descriptor(path: Path) -> Generator[int]:
    with _explained(path):
        number = os.open(path, _FOLDER)
    try:
        yield number
    finally:
        os.close(number)


@contextmanager
def _in_folder(path: Path, root: int, name: str) -> Generator[tuple[IO[bytes], int]]:
    folder, _, file_name = name.rpartition("/")
    within = os.open(folder, _FOLDER | os.O_NOFOLLOW, dir_fd=root) if folder else os.dup(root)
    try:
        number = os.open(file_name, _FILE, dir_fd=within)
    finally:
        os.close(within)
    with os.fdopen(number, "rb") as file:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise ArchiveRefused(f"{path / name} is no plain file: nothing else is in an archive")
        yield file, found.st_size


@contextmanager
def _in_tar(path: Path, places: _Places, name: str) -> Generator[tuple[IO[bytes], int]]:
    if name not in places:
        raise ArchiveRefused(f"{path} has no {name}: it is no archive, or not whole")
    start, size = places[name]
    with path.open("rb") as file:
        file.seek(start)
        yield file, size


def _places_in(path: Path) -> _Places:
    """Return where the files of a tar file begin, and their sizes.

    Header by header: what is no plain file of a known name is refused before anything is read.
    """
    places: dict[str, tuple[int, int]] = {}
    with path.open("rb") as archive:
        end, start = os.fstat(archive.fileno()).st_size, 0
        while (header := archive.read(tarfile.BLOCKSIZE)).strip(b"\0"):
            start += tarfile.BLOCKSIZE
            entry = _entry(header, path)
            if entry.type != tarfile.DIRTYPE:
                name = entry.name.removeprefix("./")
                _refuse_odd(entry, name, path)
                if name in places or start + entry.size > end:
                    raise ArchiveRefused(f"{path} is no archive: {name} is there twice, or cut off")
                places[name] = start, entry.size
                start += -(-entry.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
            archive.seek(start)
    return places


def _entry(header: bytes, path: Path) -> tarfile.TarInfo:
    try:
        return tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
    except tarfile.TarError as error:
        raise ArchiveRefused(f"{path} is no archive: it is not a tar file ({error})") from error


def _refuse_odd(entry: tarfile.TarInfo, name: str, path: Path) -> None:
    folder, _, file = name.rpartition("/")
    is_ours = name == INDEX or (folder == RAW and DIGEST.fullmatch(file) is not None)
    if entry.type not in _PLAIN or not is_ours or entry.size < 0:
        raise ArchiveRefused(
            f"{path} has {name[:100]!r}, which is no part of an archive: plain files in the format "
            f"ustar belong there, {INDEX} and {RAW}/SHA256"
        )
