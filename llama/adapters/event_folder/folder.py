"""An event's folder on a disk."""

import json
import os
import shutil
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from llama.adapters.artifacts import DiskArtifacts
from llama.adapters.event_folder.log import FileLog
from llama.adapters.file_lock import FileLock
from llama.adapters.syncing import sync_folder
from llama.domain.digests import Digest, digest_bytes
from llama.domain.errors import ArtifactCorrupt, ArtifactMissing, EventFolderCorrupt
from schemas.base import EventMessage, FileName, Sha256
from schemas.facts import Fact

HIDDEN = ".llama"
"""The folder within the event's that people need not look into."""
_PATIENCE_S = 10.0
"""Seconds: others hold the event only while they write, but claim it as long as handlers run."""
_SHOWN: TypeAdapter[dict[str, str]] = TypeAdapter(dict[FileName, Sha256])


class DiskEventFolder:
    """Keeps one event in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._hidden = path / HIDDEN
        self._log = FileLog(self._hidden / "facts.jsonl")

    def exists(self) -> bool:
        """Tell whether there is an event in the folder."""
        return (self._hidden / "facts.jsonl").is_file()

    def create(self) -> None:
        """Make the folder and what belongs to it; what is there stays as it is."""
        self._hidden.mkdir(parents=True, exist_ok=True)
        (self._hidden / "facts.jsonl").touch()
        sync_folder(self._hidden)
        sync_folder(self.path)

    @property
    def artifacts(self) -> DiskArtifacts:
        """The contents of all versions of its files."""
        # Each time anew: the folder may have been removed and made again.
        return DiskArtifacts(self._hidden / "artifacts")

    def keep(self, content: bytes) -> Digest:
        """Keep a content; once this returns it is durable."""
        return self.artifacts.keep(content)

    @property
    def origin(self) -> str:
        """The system whose event this is a copy of; empty for an event with a log of its own."""
        path = self._hidden / "origin"
        return path.read_text().strip() if path.exists() else ""

    def mark(self, origin: str) -> None:
        """Say of which system's event this is a copy; nothing makes it an event of its own."""
        path = self._hidden / "origin"
        if origin:
            _replace(self._hidden / "origin.new", f"{origin}\n".encode(), target=path)
        else:
            path.unlink(missing_ok=True)
        sync_folder(self._hidden)

    @contextmanager
    def held(self) -> Generator[None]:
        """Keep others from writing to the event within the block; Unavailable if one holds it."""
        with FileLock(self._hidden / "lock", patience_s=_PATIENCE_S):
            yield

    @contextmanager
    def claimed(self) -> Generator[Path]:
        """Be the only one who runs the event's handlers within the block; gives a work folder."""
        with FileLock(self._hidden / "making.lock", patience_s=_PATIENCE_S):
            work = self._hidden / "work"
            try:
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)

    def identity(self) -> str:
        """Return what tells the log from another one in its place; empty while it has no facts."""
        return self._log.identity()

    def facts(self, after: int) -> tuple[Sequence[Fact], int]:
        """Return the facts behind a place of the log (0 for all), and the place behind them."""
        return self._log.facts(after)

    def append(self, facts: Sequence[EventMessage]) -> None:
        """Write facts at the end of the log; once this returns they are durable."""
        self._log.append(facts)

    def seen(self, names: Collection[str]) -> Mapping[str, Digest]:
        """Return the digests of those of these files that lie in the folder now."""
        digests = {name: self._digest(name) for name in names}
        return {name: digest for name, digest in digests.items() if digest is not None}

    def read(self, name: str) -> bytes | None:
        """Return the content of a file that lies in the folder now; None if there is none."""
        path = self.path / name
        try:
            return path.read_bytes() if path.is_file() else None
        except FileNotFoundError:
            return None

    def obstructed(self, names: Collection[str]) -> Sequence[Path]:
        """Return the places of those of these files where a folder is instead: nobody's to move."""
        places = [self.path / name for name in names]
        # A link is replaced like a file, wherever it leads.
        return [path for path in places if path.is_dir() and not path.is_symlink()]

    def shown(self) -> Mapping[str, Digest]:
        """Return the digests of the files as they were last shown."""
        path = self._hidden / "shown.json"
        try:
            shown = _SHOWN.validate_json(path.read_bytes()) if path.exists() else {}
        except ValidationError as error:
            message = f"{path} does not say which files were shown"
            raise EventFolderCorrupt(f"{message}: delete it, then look at the files") from error
        return {name: Digest(digest) for name, digest in shown.items()}

    def _remember(self, shown: Mapping[str, Digest]) -> None:
        content = json.dumps(dict(sorted(shown.items()))).encode()
        _replace(self._hidden / "shown.new", content, target=self._hidden / "shown.json")
        sync_folder(self._hidden)

    def show(self, files: Mapping[str, Digest], *, hidden: Collection[str] = ()) -> None:
        """Let the folder have these files, from its contents; others that were shown go.

        What is not kept is somebody's work: it is left alone, until note is taken of it. What is
        obstructed is left out.
        """
        shown = self.shown()
        obstructed = {path.name for path in self.obstructed(files)}
        now = dict(shown)
        for name, digest in files.items():
            if name in obstructed:
                continue
            is_right = shown.get(name) == digest and os.path.lexists(self.path / name)
            if not is_right and self._replace(name, digest):
                now[name] = digest
        for name in {*shown, *hidden} - files.keys():
            if self._remove(name):
                now.pop(name, None)
        if now != shown:
            sync_folder(self.path)
            self._remember(now)

    def set_aside(self, name: str) -> None:
        """Give a file another name, under which it is nothing of the event's."""
        digest = self._digest(name)
        if digest is not None:
            (self.path / name).rename(self.path / f"{name}.by-hand-{digest[:8]}")

    def content(self, digest: str) -> bytes:
        """Return a content that is kept; ArtifactMissing or ArtifactCorrupt if it cannot be had."""
        path = self._kept(digest)
        if not path.is_file():
            message = f"there is no artifact {digest} at {path}"
            raise ArtifactMissing(f"{message}: restore it from a copy of the event's folder")
        content = path.read_bytes()
        if digest_bytes(content) != digest:
            message = f"the {len(content)} bytes of {path} do not hash to its name"
            raise ArtifactCorrupt(f"{message}: restore it from a copy of the event's folder")
        return content

    def _digest(self, name: str) -> Digest | None:
        """Return the digest of a file's content; None if there is no file."""
        content = self.read(name)
        return None if content is None else digest_bytes(content)

    def _kept(self, digest: str) -> Path:
        return self._hidden / "artifacts" / digest[:2] / digest

    def _is_spare(self, name: str) -> bool:
        """Tell whether a file's content is kept, or there is none, so that it may be replaced."""
        digest = self._digest(name)
        return digest is None or self._kept(digest).is_file()

    def _replace(self, name: str, digest: Digest) -> bool:
        """Let a file have a content, if it may; tell whether it has it.

        It is a copy: what people do to it must not reach the store.
        """
        if self._digest(name) == digest:
            return True
        content = self.content(digest)
        if not self._is_spare(name):
            return False
        _replace(self._hidden / f"{name}.new", content, target=self.path / name)
        return True

    def _remove(self, name: str) -> bool:
        """Remove a file, if it may be; tell whether it is gone."""
        if not self._is_spare(name):
            return False
        if (self.path / name).is_file() or (self.path / name).is_symlink():
            (self.path / name).unlink(missing_ok=True)
        return True


def _replace(temporary: Path, content: bytes, *, target: Path) -> None:
    """Write a file beside and rename it: it is there with all of its bytes, or as it was."""
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(target)
