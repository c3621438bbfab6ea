"""History in git: writes through fast-import and update-ref, under the writers' locks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from llama.adapters.git.reader import GitHistoryReader
from llama.adapters.git.writers import Writers
from llama.domain.revisions import NewRevision
from llama.ports.history import Revision

P = ParamSpec("P")
T = TypeVar("T")
_LOOK_EVERY_S = 1.0
"""How soon a repository is given to somebody who wants it, or to nobody when it is idle."""


class GitHistory:
    """Writes and reads the histories in a folder of repositories; reading needs `GitHistoryReader`.

    A repository is held from the first commit to it until it is idle or wanted by somebody else;
    Unavailable while another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._writers = Writers(folder)
        self._reader = GitHistoryReader(folder)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="git-writer")

    async def __aenter__(self) -> Self:
        """Look whether there is a place for the histories; git is started when it is needed."""
        await self._blocking(self._writers.begin)
        self._tending = asyncio.create_task(self._tend())
        await self._reader.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish what is being written and give the locks back."""
        self._tending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._tending
        try:
            await self._reader.__aexit__(kind, error, trace)
        finally:
            await self._blocking(self._writers.close)
            self._thread.shutdown()

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the git processes that write."""
        return self._writers.pids

    async def commit(self, revisions: Sequence[NewRevision]) -> None:
        """Write commits and move the heads; Unavailable if git died twice: call again."""
        if revisions:
            await self._blocking(self._writers.commit, tuple(revisions))

    async def head(self, event: str) -> str | None:
        """Return the newest commit of an event."""
        return await self._reader.head(event)

    async def log(self, event: str) -> Sequence[Revision]:
        """Return all commits of an event, newest first."""
        return await self._reader.log(event)

    async def read(self, event: str, file: str, *, commit: str) -> bytes:
        """Return the bytes of a file as of a commit; KeyError if it had no such file."""
        return await self._reader.read(event, file, commit=commit)

    async def files(self, event: str, *, commit: str) -> Mapping[str, str]:
        """Return git's name for the content of every file as of a commit; KeyError."""
        return await self._reader.files(event, commit=commit)

    async def events(self) -> AsyncIterator[str]:
        """Go through the events that have a history."""
        async for event in self._reader.events():
            yield event

    async def verify(self) -> None:
        """Raise HistoryCorrupt if a repository is damaged: reads all of them."""
        await self._reader.verify()

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            await self._blocking(self._writers.give_way)

    async def _blocking(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(call, *args, **kwargs))
