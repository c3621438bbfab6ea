"""Starts and stops the programs that peers consist of."""

import os
import pwd
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "peers"
READY_WITHIN_S = 60.0
STOP_WITHIN_S = 20.0
LOOK_EVERY_S = 0.05
POSTGRES = Path("/usr/lib/postgresql/15/bin")
"""Where Debian puts PostgreSQL 15."""
ACCOUNT = "postgres"
"""PostgreSQL refuses to run as root: then it runs as this user."""


@contextmanager
def running(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
) -> Generator["subprocess.Popen[bytes]"]:
    """Run a program within the block; at its end it is asked to stop, and waited for."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(is_so: Callable[[], bool], what: str, log: Path) -> None:
    """Wait for something; TimeoutError has the last words of a log."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not is_so():
        if time.monotonic() > deadline:
            told = log.read_text(errors="replace")[-2000:]
            raise TimeoutError(f"{what} was not so within {READY_WITHIN_S:.0f} s:\n{told}")
        time.sleep(LOOK_EVERY_S)


def free_port() -> int:
    """Return a port of this machine that nobody uses just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def answers(port: int) -> bool:
    """Tell whether somebody takes connections at a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True


@contextmanager
def postgres(folder: Path) -> Generator[str]:
    """Run a PostgreSQL 15 with its default durability on a new folder.

    Give its URL without the name of a database.
    """
    if not POSTGRES.is_dir():
        raise SystemExit(f"there is no PostgreSQL 15 in {POSTGRES}: install Debian's postgresql-15")
    folder.mkdir(mode=0o700)
    folder.parent.chmod(0o711)  # another user has to come through
    user = ACCOUNT if os.geteuid() == 0 else None
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    data, port, log = folder / "data", free_port(), folder.with_suffix(".log")
    initdb = [POSTGRES / "initdb", "-D", data, "-U", ACCOUNT, "-A", "trust", "-N"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd="/", user=user)
    command = [str(POSTGRES / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder)]
    with running([*command, "-c", "listen_addresses=127.0.0.1"], log=log, user=user):
        wait_until(lambda: answers(port), "PostgreSQL takes connections", log)
        yield f"postgresql://{ACCOUNT}@127.0.0.1:{port}"
