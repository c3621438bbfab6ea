"""A lock that the kernel gives back when its holder dies, however it dies."""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from llama.domain.errors import Unavailable

_LOOK_AGAIN_S = 0.02
"""How often a taken lock is tried again: short beside the start of a process."""


class FileLock:
    """An exclusive lock on a file of its own, held from entering to leaving.

    Child processes that inherit `descriptor` hold it too: it is free once all of them are gone.
    Unavailable if it is still taken after `patience_s` seconds. Blocks: not for an event loop.
    """

    def __init__(self, path: Path, *, patience_s: float = 0.0) -> None:
        self._path = path
        self._patience_s = patience_s
        self.descriptor = -1

    def __enter__(self) -> Self:
        """Take the lock."""
        self.descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + self._patience_s
        while not self._taken():
            if time.monotonic() >= deadline:
                self._close()
                message = f"{self._path} is held by another process"
                raise Unavailable(f"{message}: stop that one, or use another folder")
            time.sleep(_LOOK_AGAIN_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock back."""
        self._close()

    def _taken(self) -> bool:
        with suppress(BlockingIOError):
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    def _close(self) -> None:
        os.close(self.descriptor)
        self.descriptor = -1
