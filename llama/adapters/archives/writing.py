"""Writes archives: beside their place, under another name, until all of it is there."""

import fcntl
import io
import os
import tarfile
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from llama.adapters.archives.layout import INDEX, OTHERS, RAW, TAR
from llama.adapters.syncing import sync_folder
from llama.domain.digests import digest_bytes
from llama.domain.errors import ArchiveRefused
from llama.ports.archives import ArchiveWriter
from schemas.archive import ArchivedCopy

PART = ".part"
"""What the name of an archive ends with that is not whole yet."""


@contextmanager
def write_archive(target: Path) -> Generator[ArchiveWriter]:
    """Write an archive: a tar file if the name ends so, or else a folder.

    It is in its place when the block ends well. A folder that was stopped is gone on with the next
    time. ArchiveRefused if there is something in its place, or its name is that of a packed file.
    """
    target = target.absolute()
    if target.suffix != TAR and OTHERS.fullmatch(target.suffix):
        message = f"{target} would be no file that ends so: archives are not compressed"
        raise ArchiveRefused(f"{message}; name it {TAR}, or a folder without such an ending")
    refuse_what_is_there(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + PART)
    with _tar(part) if target.suffix == TAR else _folder(part) as archive:
        yield archive
    refuse_what_is_there(target)
    part.rename(target)
    sync_folder(target.parent)


def refuse_what_is_there(target: Path) -> None:
    """Raise ArchiveRefused if something but an empty folder is in the place of an archive."""
    is_empty = target.is_dir() and not target.is_symlink() and not any(target.iterdir())
    if os.path.lexists(target) and not is_empty:
        raise ArchiveRefused(f"{target} exists, and is not written over: name another place")


class _FolderWriter:
    def __init__(self, folder: Path, index: IO[bytes]) -> None:
        self._raw = folder / RAW
        self._index = index
        self._known: set[str] = set()
        """Those that were written or looked at this time."""

    def has(self, digest: str) -> bool:
        if digest in self._known:
            return True
        path = self._raw / digest
        # Of one that an earlier try has left all bytes are looked at.
        if not path.is_file() or digest_bytes(path.read_bytes()) != digest:
            return False
        self._known.add(digest)
        return True

    def keep(self, digest: str, content: bytes) -> None:
        _write(self._raw / digest, content)
        self._known.add(digest)

    def tell(self, copy: ArchivedCopy) -> None:
        self._index.write(copy.model_dump_json().encode() + b"\n")

    def tidy(self) -> None:
        """Remove what an earlier try has left and nobody asked for this time."""
        for path in self._raw.iterdir():
            if path.name not in self._known:
                path.unlink()


@contextmanager
def _folder(part: Path) -> Generator[ArchiveWriter]:
    (part / RAW).mkdir(parents=True, exist_ok=True)
    with _claimed(part / INDEX) as index:
        writer = _FolderWriter(part, index)
        yield writer
        writer.tidy()
        index.flush()
        os.fsync(index.fileno())
    sync_folder(part / RAW)
    sync_folder(part)


class _TarWriter:
    def __init__(self, archive: tarfile.TarFile, index: IO[bytes]) -> None:
        self._archive = archive
        self._index = index
        self._known: set[str] = set()

    def has(self, digest: str) -> bool:
        return digest in self._known

    def keep(self, digest: str, content: bytes) -> None:
        self.add(f"{RAW}/{digest}", io.BytesIO(content), len(content))
        self._known.add(digest)

    def tell(self, copy: ArchivedCopy) -> None:
        self._index.write(copy.model_dump_json().encode() + b"\n")

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Put in a file: it knows no owner and no date, so equal archives have equal bytes."""
        entry = tarfile.TarInfo(name)
        entry.size = size
        self._archive.addfile(entry, content)


@contextmanager
def _tar(part: Path) -> Generator[ArchiveWriter]:
    with (
        _claimed(part) as file,
        tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive,
        tempfile.TemporaryFile(dir=part.parent) as index,
    ):
        writer = _TarWriter(archive, index)
        yield writer
        size = index.tell()
        index.seek(0)
        writer.add(INDEX, index, size)
        archive.close()
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _claimed(path: Path) -> Generator[IO[bytes]]:
    """Begin a file anew; ArchiveRefused if somebody is writing it."""
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"{path} is being written by another export"
            raise ArchiveRefused(f"{message}: wait for it, or name another place") from error
        file.seek(0)
        file.truncate()
        yield file


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there with all of its bytes, or not at all."""
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
