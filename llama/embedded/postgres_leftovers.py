"""What a PostgreSQL whose supervisor was killed leaves behind, and how it is cleared away.

Called only by who holds the lock of the data folder: no other supervisor is at work there.
"""

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PID_FILE = "postmaster.pid"
_POLL_S = 0.02
_STATUS_LINE = 7


@dataclass(frozen=True, slots=True)
class PidFile:
    """What a running server says about itself."""

    pid: int
    status: str
    """`ready` once it takes connections; empty before it has said anything."""


def read_pid_file(data: Path) -> PidFile | None:
    """Read the file that a server keeps in its data folder while it runs."""
    try:
        lines = (data / PID_FILE).read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    return PidFile(pid, lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else "")


def is_server_of(data: Path, pid: int) -> bool:
    """Tell whether a process is a PostgreSQL that runs on this data folder."""
    command = _command_of(pid)
    return "postgres" in command and f" -D {data} " in f"{command} "


async def clear_leftovers(data: Path, *, lock_file: Path, patience_s: float) -> None:
    """Stop a server left running on the data folder; drop lock files that name somebody else.

    PostgreSQL itself drops the lock files of processes that are gone. It does not when the number
    has meanwhile gone to another process, as it does after every restart of a container.
    """
    left = read_pid_file(data)
    if left is not None and is_server_of(data, left.pid):
        await stop_server(data, left.pid, patience_s=patience_s)
    for path in (data / PID_FILE, lock_file):
        pid = _first_number(path)
        if pid is not None and _exists(pid) and not is_server_of(data, pid):
            path.unlink(missing_ok=True)


async def stop_server(data: Path, pid: int, *, patience_s: float) -> None:
    """Ask a server that is not our child to stop; kill it when it has not after a while."""
    for request in (signal.SIGINT, signal.SIGKILL):
        if not is_server_of(data, pid):
            return
        with suppress(ProcessLookupError):
            os.kill(pid, request)
        await _until_gone(data, pid, patience_s=patience_s)


async def _until_gone(data: Path, pid: int, *, patience_s: float) -> None:
    deadline = asyncio.get_running_loop().time() + patience_s
    while is_server_of(data, pid) and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(_POLL_S)


def _command_of(pid: int) -> str:
    """Return a process's program and arguments; empty if it is gone, or a zombie."""
    if Path("/proc/self").exists():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return ""
        return os.fsdecode(b" ".join(words))
    listed = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
