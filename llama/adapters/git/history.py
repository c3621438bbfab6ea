"""History in git: writes through fast-import and update-ref, under the writer's lock."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self

from llama.adapters.git.reader import GitHistoryReader
from llama.adapters.git.writer import Writer
from llama.domain.revisions import NewRevision
from llama.ports.history import Revision

P = ParamSpec("P")


class GitHistory:
    """One writer's hold on the histories of a bare repository; reading needs `GitHistoryReader`.

    Unavailable on entering if another process writes to the repository.
    """

    def __init__(self, root: Path) -> None:
        self._writer = Writer(root)
        self._reader = GitHistoryReader(root)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="git-writer")

    async def __aenter__(self) -> Self:
        """Take the lock, sweep, start git."""
        await self._blocking(self._writer.open)
        await self._reader.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish what is being written and give the lock back."""
        try:
            await self._reader.__aexit__(kind, error, trace)
        finally:
            await self._blocking(self._writer.close)
            self._thread.shutdown()

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the git processes that write."""
        return self._writer.pids

    async def commit(self, revisions: Sequence[NewRevision]) -> None:
        """Write commits and move the heads; Unavailable if git died twice: call again."""
        if revisions:
            await self._blocking(self._writer.commit, tuple(revisions))

    async def head(self, event: str) -> str | None:
        """Return the newest commit of an event."""
        return await self._reader.head(event)

    async def log(self, event: str) -> Sequence[Revision]:
        """Return all commits of an event, newest first."""
        return await self._reader.log(event)

    async def read(self, event: str, file: str, *, commit: str) -> bytes:
        """Return the bytes of a file as of a commit; KeyError if it had no such file."""
        return await self._reader.read(event, file, commit=commit)

    async def events(self) -> AsyncIterator[str]:
        """Go through the events that have a history."""
        async for event in self._reader.events():
            yield event

    async def verify(self) -> None:
        """Raise HistoryCorrupt if the repository is damaged: reads all of it."""
        await self._reader.verify()

    async def _blocking(self, call: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, partial(call, *args, **kwargs))
