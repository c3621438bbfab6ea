"""The version history: every event looks like a git repository of its own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from llama.domain.revisions import NewRevision


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit of an event's history."""

    commit: str
    parent: str | None
    at: datetime
    message: str


class HistoryReader(Protocol):
    """Reads histories."""

    async def head(self, event: str) -> str | None:
        """Return the newest commit of an event."""
        ...

    async def log(self, event: str) -> Sequence[Revision]:
        """Return all commits of an event, newest first."""
        ...

    async def read(self, event: str, file: str, *, commit: str) -> bytes:
        """Return the bytes of a file as of a commit; KeyError if it had no such file."""
        ...

    async def files(self, event: str, *, commit: str) -> Mapping[str, str]:
        """Return git's name for the content of every file as of a commit, by file name.

        KeyError if there is no such commit.
        """
        ...

    def events(self) -> AsyncIterator[str]:
        """Go through the events that have a history."""
        ...

    async def verify(self) -> None:
        """Raise HistoryCorrupt if what is kept is damaged: reads all of it."""
        ...


class History(HistoryReader, Protocol):
    """Writes and reads histories; one writer at a time."""

    async def commit(self, revisions: Sequence[NewRevision]) -> None:
        """Write commits in order, and move each event's head to its last one.

        Durable once this returns. Writing the same revisions again changes nothing; a head that
        was ahead of them moves back, and on again as the rest is written again.
        HistoryCorrupt if a parent is missing or a commit does not get the expected hash.
        """
        ...
