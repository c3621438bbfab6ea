"""An event's own folder: its log, its contents, and the files that people see there."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from llama.domain.digests import Digest
from llama.ports.artifacts import Artifacts
from schemas.base import EventMessage
from schemas.facts import Fact


class EventFolder(Protocol):
    """Keeps one event on a disk; every call blocks."""

    def exists(self) -> bool:
        """Tell whether there is an event in the folder."""
        ...

    def create(self) -> None:
        """Make the folder and what belongs to it; what is there stays as it is."""
        ...

    @property
    def path(self) -> Path:
        """Where it is."""
        ...

    @property
    def artifacts(self) -> Artifacts:
        """The contents of all versions of its files."""
        ...

    def keep(self, content: bytes) -> Digest:
        """Keep a content; once this returns it is durable."""
        ...

    @property
    def origin(self) -> str:
        """The system whose event this is a copy of; empty for an event with a log of its own."""
        ...

    def mark(self, origin: str) -> None:
        """Say of which system's event this is a copy; nothing makes it an event of its own."""
        ...

    def held(self) -> AbstractContextManager[None]:
        """Keep others from writing to the event within the block; Unavailable if one holds it."""
        ...

    def claimed(self) -> AbstractContextManager[Path]:
        """Be the only one who runs the event's handlers within the block; gives a work folder.

        Unavailable if somebody else is running them. What may be written meanwhile is written
        while the event is held besides.
        """
        ...

    def identity(self) -> str:
        """Return what tells the log from another one in its place; empty while it has no facts."""
        ...

    def facts(self, after: int) -> tuple[Sequence[Fact], int]:
        """Return the facts behind a place of the log (0 for all), and the place behind them."""
        ...

    def append(self, facts: Sequence[EventMessage]) -> None:
        """Write facts at the end of the log; once this returns they are durable."""
        ...

    def seen(self, names: Collection[str]) -> Mapping[str, Digest]:
        """Return the digests of those of these files that lie in the folder now."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return the content of a file that lies in the folder now; None if there is none."""
        ...

    def obstructed(self, names: Collection[str]) -> Sequence[Path]:
        """Return the places of those of these files where a folder is instead: nobody's to move."""
        ...

    def shown(self) -> Mapping[str, Digest]:
        """Return the digests of the files as they were last shown."""
        ...

    def show(self, files: Mapping[str, Digest], *, hidden: Collection[str] = ()) -> None:
        """Let the folder have these files, from its contents.

        Others that were shown go, and so do those that are hidden. Nothing is overwritten or
        removed whose content is not kept: it is somebody's work, of which nobody has taken note.
        What is obstructed is left out.
        """
        ...

    def set_aside(self, name: str) -> None:
        """Give a file another name, under which it is nothing of the event's."""
        ...

    def content(self, digest: str) -> bytes:
        """Return a content that is kept; ArtifactMissing or ArtifactCorrupt if it cannot be had."""
        ...
