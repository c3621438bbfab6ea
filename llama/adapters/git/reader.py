"""Reading histories: needs no lock, works beside the writer and in other processes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from llama.adapters.git.checking import complaints_about
from llama.adapters.git.command import run_git
from llama.adapters.git.names import NAMESPACES, checked_commit, checked_file, event_of, ref_of
from llama.adapters.git.objects import GitObject, ObjectReader, revision_of
from llama.domain.errors import HistoryCorrupt, Unavailable
from llama.ports.history import Revision

P = ParamSpec("P")
T = TypeVar("T")


class GitHistoryReader:
    """Reads the histories of a bare repository; a repository that is not there yet is empty."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._objects = ObjectReader(root)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="git-reader")

    async def __aenter__(self) -> Self:
        """Start nothing yet: git is started when it is first asked."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End git."""
        await self._blocking(self._objects.close)
        self._thread.shutdown()

    async def head(self, event: str) -> str | None:
        """Return the newest commit of an event."""
        found = await self._blocking(self._find, ref_of(event))
        return found.name if found else None

    async def log(self, event: str) -> Sequence[Revision]:
        """Return all commits of an event, newest first."""
        return await self._blocking(self._log, ref_of(event))

    async def read(self, event: str, file: str, *, commit: str) -> bytes:
        """Return the bytes of a file as of a commit; KeyError if it had no such file."""
        name = f"{checked_commit(commit)}:{checked_file(file)}"
        found = await self._blocking(self._find, name)
        if found is None or found.kind != "blob":
            raise KeyError(f"revision {commit[:12]} of {event} has no {file}: see `llama log`")
        return found.content

    async def events(self) -> AsyncIterator[str]:
        """Go through the events that have a history."""
        for event in await self._blocking(self._events):
            yield event

    async def verify(self) -> None:
        """Raise HistoryCorrupt if the repository is damaged: reads all of it."""
        complaints = await self._blocking(complaints_about, self._root)
        if complaints:
            advice = "move it away and let the history be written again from the log"
            raise HistoryCorrupt(f"{self._root} is damaged ({complaints}): {advice}")

    async def _blocking(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(call, *args, **kwargs))

    def _find(self, name: str) -> GitObject | None:
        if not self._exists():
            return None
        try:
            return self._objects.find(name)
        except Unavailable:
            # It may have died long ago, of something that is over: ask a fresh one once.
            self._objects.close()
            return self._objects.find(name)

    def _log(self, ref: str) -> Sequence[Revision]:
        revisions: list[Revision] = []
        found = self._find(ref)
        while found is not None:
            revision = revision_of(found)
            revisions.append(revision)
            found = self._parent(revision)
        return revisions

    def _parent(self, revision: Revision) -> GitObject | None:
        if revision.parent is None:
            return None
        found = self._find(revision.parent)
        if found is None:
            message = f"revision {revision.parent}, the parent of {revision.commit}, is missing"
            raise HistoryCorrupt(f"{message}: let the history be written again from the log")
        return found

    def _events(self) -> list[str]:
        if not self._exists():
            return []
        listed = run_git(self._root, "for-each-ref", "--format=%(refname)", NAMESPACES)
        return [event for ref in listed.splitlines() if (event := event_of(ref))]

    def _exists(self) -> bool:
        return (self._root / "HEAD").exists()
