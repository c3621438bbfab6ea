"""The folders and files of an embedded PostgreSQL: its socket, its lock, its log."""

import fcntl
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from llama.domain.digests import digest_bytes
from llama.domain.errors import Misconfigured
from llama.embedded.postgres_account import Account

SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 103
"""Bytes: 107 on Linux, 103 on macOS (`sun_path` without its closing zero)."""
LARGEST_LOG = 5_000_000
"""Bytes: years of starts and stops; a longer log begins anew."""


def socket_folder(data: Path) -> Path:
    """Return where the socket goes: the data folder, or a short one if its path will not do.

    A path will not do if it is too long, or has a comma: server and driver take that for the end
    of the first of several.
    """
    temporary = Path(tempfile.gettempdir())
    name = f"llama-{digest_bytes(os.fsencode(data))[:16]}"
    for folder in (data, temporary / name, Path("/tmp") / name):  # noqa: S108
        path = os.fsencode(folder / SOCKET_NAME)
        if len(path) <= LONGEST_SOCKET_PATH and b"," not in path:
            return folder
    raise AssertionError("a path below /tmp is short enough")


def make_private(folder: Path, account: Account | None) -> None:
    """Make a folder that its owner alone may enter; refuse one that somebody else made."""
    owner = account.uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        status = folder.lstat()
        if folder.is_symlink() or status.st_uid != owner or status.st_mode & 0o077:
            raise Misconfigured(f"{folder} exists and is not PostgreSQL's own: remove it") from None
    else:
        if account is not None:
            os.chown(folder, account.uid, account.gid)


def hold(path: Path) -> int:
    """Lock a file for as long as this process lives; return its descriptor."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        os.close(descriptor)
        raise Misconfigured(
            f"another process runs PostgreSQL on {path.with_suffix('')}: "
            "stop it, or set LLAMA_HOME to another folder"
        ) from held
    return descriptor


@contextmanager
def appending(path: Path) -> Generator[int]:
    """Open a log for writing at its end; give its descriptor."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        if os.fstat(descriptor).st_size > LARGEST_LOG:
            os.ftruncate(descriptor, 0)
        yield descriptor
    finally:
        os.close(descriptor)
