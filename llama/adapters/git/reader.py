"""Reading histories: needs no lock, works beside the writer and in other processes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from llama.adapters.git.names import checked_commit, checked_file, ref_of
from llama.adapters.git.repository import RepositoryReader
from llama.adapters.git.shards import refuse_unsharded, repositories_in, repository_of
from llama.ports.history import Revision

P = ParamSpec("P")
T = TypeVar("T")


class GitHistoryReader:
    """Reads the histories in a folder of repositories; those that are not there yet are empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._repositories: dict[Path, RepositoryReader] = {}
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
        for repository in self._repositories.values():
            await self._blocking(repository.close)
        self._thread.shutdown()

    async def head(self, event: str) -> str | None:
        """Return the newest commit of an event."""
        found = await self._blocking(self._of(event).head, ref_of(event))
        return found.name if found else None

    async def log(self, event: str) -> Sequence[Revision]:
        """Return all commits of an event, newest first."""
        return await self._blocking(self._of(event).log, ref_of(event))

    async def read(self, event: str, file: str, *, commit: str) -> bytes:
        """Return the bytes of a file as of a commit; KeyError if it had no such file."""
        name = f"{checked_commit(commit)}:{checked_file(file)}"
        found = await self._blocking(self._of(event).find, name)
        if found is None or found.kind != "blob":
            raise KeyError(f"revision {commit[:12]} of {event} has no {file}: see `llama log`")
        return found.content

    async def files(self, event: str, *, commit: str) -> Mapping[str, str]:
        """Return git's name for the content of every file as of a commit; KeyError."""
        found = await self._blocking(self._of(event).files, checked_commit(commit))
        if found is None:
            raise KeyError(f"{event} has no revision {commit[:12]}: see `llama log`")
        return found

    async def events(self) -> AsyncIterator[str]:
        """Go through the events that have a history, repository by repository."""
        for root in repositories_in(self._folder):
            for event in await self._blocking(self._at(root).events):
                yield event

    async def verify(self) -> None:
        """Raise HistoryCorrupt if a repository is damaged: reads all of them."""
        for root in repositories_in(self._folder):
            await self._blocking(self._at(root).verify)

    def _of(self, event: str) -> RepositoryReader:
        refuse_unsharded(self._folder)
        return self._at(repository_of(self._folder, event))

    def _at(self, root: Path) -> RepositoryReader:
        return self._repositories.setdefault(root, RepositoryReader(root))

    async def _blocking(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(call, *args, **kwargs))
