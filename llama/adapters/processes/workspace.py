"""The folders in which handlers run: made for one run, gone after it, swept after a crash."""

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from llama.adapters.file_lock import FileLock
from llama.adapters.processes.inputs import attachment_name
from llama.adapters.processes.protocol import INPUTS, MADE, MAX_OUTPUT_BYTES
from llama.domain.errors import Unavailable
from llama.domain.work import Task
from llama.ports.artifacts import Artifacts

_PATIENCE_S = 30.0
"""Others hold the lock of the work folder only while they sweep it."""


class Workspace:
    """A folder of one runner's own below the work folder, held by a lock. Blocks."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self._held = ExitStack()
        self.folder = work

    def __enter__(self) -> Self:
        """Sweep what dead runners left, make a new folder."""
        self._work.mkdir(parents=True, exist_ok=True)
        with FileLock(self._work / "lock", patience_s=_PATIENCE_S):
            for folder in self._work.glob("runner-*"):
                _sweep(folder)
            self.folder = Path(tempfile.mkdtemp(prefix="runner-", dir=self._work))
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

    path: Path
    event: str

    @classmethod
    def make(cls, workspace: Path, event: str) -> Self:
        """Make an empty one for an event."""
        folder = cls(Path(tempfile.mkdtemp(prefix="run-", dir=workspace)), event)
        folder.inputs.mkdir()
        folder.outputs.mkdir(parents=True)
        return folder

    @property
    def inputs(self) -> Path:
        """Where the inputs are."""
        return self.path / INPUTS

    @property
    def outputs(self) -> Path:
        """Where the child writes."""
        return self.path / MADE / self.event

    async def place(self, task: Task, artifacts: Artifacts) -> None:
        """Put the task's inputs there, with those attachments only that it declares."""
        for dependency in task.handler.dependencies:
            if dependency.fixed is not None:
                await artifacts.place(dependency.fixed, self.inputs / dependency.file)
        for content in task.contents:
            await artifacts.place(content.digest, self.inputs / content.file)
            for aspect in content.attached:
                name = attachment_name(content.file, aspect)
                if task.inputs.get(name):
                    await artifacts.place(content.aspects[aspect], self.inputs / name)

    def collect(self, task: Task) -> tuple[bytes, ...]:
        """Return the files that were made, in the declared order; ValueError if others were."""
        made = {path.name for path in self.outputs.iterdir()}
        wanted = set(task.handler.files)
        if made != wanted:
            message = f"made {_listed(made)} instead of {_listed(wanted)}"
            raise ValueError(f"{message}: return the file's Product and write nothing else")
        paths = [self.outputs / file for file in task.handler.files]
        for path in paths:
            if not path.is_file() or path.stat().st_size > MAX_OUTPUT_BYTES:
                raise ValueError(f"{path.name} has more than {MAX_OUTPUT_BYTES} bytes")
        return tuple(path.read_bytes() for path in paths)


def remove(folder: Path) -> None:
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
