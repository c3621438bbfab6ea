"""The inputs of a run, got for its child: small ones as bytes, large ones as files in a folder."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from llama.adapters.processes.inputs import Given, attachment_name
from llama.adapters.processes.protocol import ALL_SMALL_BYTES, fits
from llama.adapters.processes.workspace import RunFolder, remove
from llama.domain.work import Task
from llama.ports.artifacts import Artifacts


@asynccontextmanager
async def gathered(
    task: Task, artifacts: Artifacts, workspace: Path
) -> AsyncGenerator["Gathering"]:
    """Give a task's inputs, with those attachments only that it declares.

    Their folder, if they have one, is gone afterwards. ArtifactMissing or ArtifactCorrupt for one
    that cannot be had.
    """
    gathering = Gathering(artifacts, workspace)
    try:
        for name, digest, size in _inputs_of(task):
            await gathering.add(name, digest, size)
        yield gathering
    finally:
        if gathering.folder is not None:
            await asyncio.to_thread(remove, gathering.folder)


@dataclass(slots=True)
class Gathering:
    """What has been gathered so far."""

    artifacts: Artifacts
    workspace: Path
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    placed: list[str] = field(default_factory=list[str])
    folder: Path | None = None
    _room: int = ALL_SMALL_BYTES

    async def add(self, name: str, digest: str, size: int | None) -> None:
        """Get a file, of so many bytes if that is known."""
        if size is not None and not fits(size, self._room):
            await self.artifacts.place(digest, await self._place_of(name))
            return
        content = await self.artifacts.get(digest)
        if fits(len(content), self._room):
            self.files[name] = content
            self._room -= len(content)
        else:
            await asyncio.to_thread(_write, await self._place_of(name), content)

    async def _place_of(self, name: str) -> Path:
        if self.folder is None:
            made = await asyncio.to_thread(tempfile.mkdtemp, prefix="inputs-", dir=self.workspace)
            self.folder = Path(made)
        self.placed.append(name)
        return self.folder / name

    def given(self, run: RunFolder) -> Given:
        """Return it all, with a place for files that are wanted as such in a run."""
        return Given(self.files, tuple(self.placed), str(self.folder or run.inputs))


def _inputs_of(task: Task) -> Iterator[tuple[str, str, int | None]]:
    """Go through the name, digest and, where it is known, size of each input."""
    for dependency in task.handler.dependencies:
        if dependency.fixed is not None:
            yield dependency.file, dependency.fixed, None
    for content in task.contents:
        yield content.file, content.digest, content.size
        for aspect in content.attached:
            name = attachment_name(content.file, aspect)
            if task.inputs.get(name):
                yield name, content.aspects[aspect], None


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o444)
