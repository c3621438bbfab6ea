"""Artifacts as files of a disk: `<root>/<first two digits>/<sha-256>`, read-only.

An artifact is written to a temporary file, which is synced and then renamed, and its folder is
synced: it is there with all of its bytes, or not at all. The writer holds a lock on its temporary
file, so that what a crashed writer left behind can be told from what is being written.
"""

import asyncio
import contextlib
import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from llama.adapters.syncing import sync_folder
from llama.domain.digests import Digest, digest_bytes
from llama.domain.errors import ArtifactCorrupt, ArtifactMissing, Unavailable

_NAME = re.compile(r"[0-9a-f]{64}")
_FANOUT = re.compile(r"[0-9a-f]{2}")
_INLINE_BYTES = 64 * 1024
"""Up to this size reading and hashing (50 us) cost less than handing them to a thread (100 us)."""
_WRITES = 3
"""A sweep can take a temporary file in the instant before it is locked, hardly ever twice."""


class DiskArtifacts:
    """Keeps artifacts below a folder; several processes may share it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._temporary = root / "tmp"
        self._temporary.mkdir(parents=True, exist_ok=True)
        _sweep(self._temporary)

    async def put(self, content: bytes) -> Digest:
        """Keep some bytes; Unavailable if the disk refuses."""
        return await asyncio.to_thread(self.keep, content)

    async def put_all(self, contents: Sequence[bytes]) -> None:
        """Keep several, one after the other; Unavailable if the disk refuses."""
        for content in contents:
            await self.put(content)

    async def get(self, digest: str) -> bytes:
        """Return the bytes, checked against the name."""
        path = self._path(digest)
        if _size(path, digest) <= _INLINE_BYTES:
            return _read(path, digest)
        return await asyncio.to_thread(_read, path, digest)

    async def has(self, digest: str) -> bool:
        """Tell whether there is a file of this name (its bytes are not checked)."""
        return self._path(digest).exists()

    async def place(self, digest: str, target: Path) -> None:
        """Check the bytes and link (or copy) them to a path that must be free."""
        await asyncio.to_thread(_place, self._path(digest), digest, target)

    async def names(self) -> AsyncIterator[Digest]:
        """Go through the names of all artifacts, folder by folder."""
        for folder in await asyncio.to_thread(_entries, self._root):
            if _FANOUT.fullmatch(folder):
                for name in await asyncio.to_thread(_entries, self._root / folder):
                    if _NAME.fullmatch(name):
                        yield Digest(name)

    def _path(self, digest: str) -> Path:
        if not _NAME.fullmatch(digest):
            raise ValueError(f"{digest!r} is no artifact's name: give 64 lower-case hex digits")
        return self._root / digest[:2] / digest

    def keep(self, content: bytes) -> Digest:
        """Keep some bytes, blocking; Unavailable if the disk refuses."""
        digest = digest_bytes(content)
        path = self._path(digest)
        try:
            self._make_folder(path.parent)
            if not _is_intact(path, content):
                self._write(content, path)
            # Also for an artifact that was there: its writer may not have come to this point.
            sync_folder(path.parent)
        except OSError as error:
            message = f"artifact {digest} cannot be kept in {self._root}: {error}"
            raise Unavailable(
                f"{message}; free space or repair the disk, then try again"
            ) from error
        return digest

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            sync_folder(self._root)

    def _write(self, content: bytes, path: Path) -> None:
        for _ in range(_WRITES):
            with contextlib.suppress(BlockingIOError, FileNotFoundError):
                _write_once(content, path, self._temporary)
                return
        raise FileNotFoundError(errno.ENOENT, "temporary files vanish", str(self._temporary))


def _write_once(content: bytes, path: Path, temporary: Path) -> None:
    descriptor, name = tempfile.mkstemp(dir=temporary, prefix=f"{os.getpid()}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.write(content)
            file.flush()
            os.fchmod(descriptor, 0o444)
            os.fsync(descriptor)
            Path(name).rename(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _is_intact(path: Path, content: bytes) -> bool:
    """Tell whether a file has the bytes of its name: if it was damaged, it is written again."""
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_size == len(content) and path.read_bytes() == content
    return False


def _size(path: Path, digest: str) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError as error:
        raise _missing(path, digest) from error


def _read(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise _missing(path, digest) from error
    if digest_bytes(content) != digest:
        message = f"the {len(content)} bytes of {path} do not hash to its name"
        raise ArtifactCorrupt(f"{message}: put or restore them again")
    return content


def _missing(path: Path, digest: str) -> ArtifactMissing:
    message = f"there is no artifact {digest} at {path}"
    return ArtifactMissing(f"{message}: restore it from a copy of the store, or make it again")


def _place(path: Path, digest: str, target: Path) -> None:
    _read(path, digest)
    try:
        target.hardlink_to(path)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EMLINK, errno.EPERM, errno.EOPNOTSUPP}:
            raise
        shutil.copyfile(path, target)
        target.chmod(0o444)


def _entries(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


def _sweep(temporary: Path) -> None:
    """Delete temporary files that nobody is writing any more."""
    for path in temporary.iterdir():
        with contextlib.suppress(BlockingIOError, FileNotFoundError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
