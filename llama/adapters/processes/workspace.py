"""The folders in which handlers run: made for one run, gone after it, swept after a crash."""

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from llama.adapters.file_lock import FileLock
from llama.adapters.processes.protocol import MAX_OUTPUT_BYTES, Reply
from llama.domain.errors import Unavailable
from llama.domain.work import Task

_PATIENCE_S = 30.0
"""Others hold the lock of the work folder only while they sweep it."""


class Workspace:
    """A folder of one runner's own below the work folder, held by a lock. Blocks."""

    def __init__(self, work: Path) -> None:
        self.work = work
        """Shared by all runners."""
        self.folder = work
        """This runner's own, once it is entered."""
        self._held = ExitStack()

    def __enter__(self) -> Self:
        """Sweep what dead runners left, make a new folder."""
        self.work.mkdir(parents=True, exist_ok=True)
        with FileLock(self.work / "lock", patience_s=_PATIENCE_S):
            for folder in self.work.glob("runner-*"):
                _sweep(folder)
            self.folder = Path(tempfile.mkdtemp(prefix="runner-", dir=self.work))
            self._held.enter_context(FileLock(self.folder / "lock"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the folder."""
        with self._held:
            remove(self.folder)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one run."""

    path: str
    event: str

    @classmethod
    def make(cls, workspace: Path, event: str) -> Self:
        """Make an empty one for an event."""
        folder = cls(tempfile.mkdtemp(prefix="run-", dir=workspace), event)
        Path(folder.outputs).mkdir()
        return folder

    @property
    def outputs(self) -> str:
        """The event's folder, where the child writes."""
        return f"{self.path}/{self.event}"

    @property
    def inputs(self) -> str:
        """Where a child makes files of inputs that came without; no event has such a name."""
        return f"{self.path}/.inputs"

    def collect(self, task: Task, reply: Reply) -> tuple[bytes, ...]:
        """Return the files that were made, in the declared order; ValueError if others were.

        Those that did not come with the reply are read from the folder, which blocks.
        """
        made, wanted = {*reply.files, *reply.left}, set(task.handler.files)
        if made != wanted:
            message = f"made {_listed(made)} instead of {_listed(wanted)}"
            raise ValueError(f"{message}: return the file's Product and write nothing else")
        return tuple(
            reply.files[file] if file in reply.files else _read(Path(self.outputs, file))
            for file in task.handler.files
        )


def _read(path: Path) -> bytes:
    if not path.is_file() or path.stat().st_size > MAX_OUTPUT_BYTES:
        raise ValueError(f"{path.name} has more than {MAX_OUTPUT_BYTES} bytes")
    return path.read_bytes()


def remove(folder: Path | str) -> None:
    """Remove a folder; what cannot be removed now is swept at the next start."""
    shutil.rmtree(folder, ignore_errors=True)


def _sweep(folder: Path) -> None:
    try:
        with FileLock(folder / "lock"):
            remove(folder)
    except Unavailable:
        return  # its runner is alive


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
