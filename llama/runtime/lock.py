"""One system for each LLAMA_HOME: who runs it holds a lock, which ends with its process."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from llama.domain.errors import Misconfigured
from llama.runtime.settings import Settings


@contextmanager
def hold_lock(settings: Settings) -> Generator[None]:
    """Hold the lock of LLAMA_HOME; Misconfigured if a running system has it."""
    settings.run_folder.mkdir(parents=True, exist_ok=True)
    path = _lock_file(settings)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"LLAMA runs already under {settings.home} (process {_owner(path)})"
            raise Misconfigured(
                f"{message}: use it, or stop it with `LLAMA_HOME={settings.home} llama down`"
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
        file.truncate(0)


def owner_of(settings: Settings) -> int | None:
    """Return the id of the process that runs the system; None if none does."""
    path = _lock_file(settings)
    if not path.exists():
        return None
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(_owner(path) or 0) or None
    return None


def _lock_file(settings: Settings) -> Path:
    return settings.run_folder / "lock"


def _owner(path: Path) -> str:
    return path.read_text().strip()
