"""The writers of the repositories that are being written to: started late, ended when idle."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from llama.adapters.git.names import check
from llama.adapters.git.shards import Seat, refuse_unsharded, repository_of
from llama.adapters.git.writer import Writer
from llama.domain.revisions import NewRevision

_IDLE_S = 60.0
"""Two processes of git a repository are worth keeping for so long after its last commit."""


class Writers:
    """Takes revisions to the repositories they belong to. All calls block, in one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[Path, tuple[Writer, Seat]] = {}
        self._used: dict[Path, float] = {}

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the git processes that write."""
        return tuple(pid for writer, _ in self._open.values() for pid in writer.pids)

    def begin(self) -> None:
        """Make the folder; HistoryCorrupt if an earlier release kept its histories there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        refuse_unsharded(self._folder)

    def commit(self, revisions: Sequence[NewRevision]) -> None:
        """Write commits in order; of each repository all or none."""
        check(revisions)
        shares: dict[Path, list[NewRevision]] = {}
        for revision in revisions:
            shares.setdefault(repository_of(self._folder, revision.event), []).append(revision)
        for root, share in shares.items():
            self._writer(root).commit(share)
            self._used[root] = time.monotonic()

    def give_way(self) -> None:
        """Leave the repositories that are idle, or wanted by somebody else."""
        for root in list(self._open):
            idle = time.monotonic() - self._used.get(root, 0.0)
            if idle > _IDLE_S or self._open[root][1].is_wanted:
                self._leave(root)

    def close(self) -> None:
        """Leave all repositories."""
        with ExitStack() as stack:
            for root in self._open:
                stack.callback(self._leave, root)

    def _writer(self, root: Path) -> Writer:
        if root in self._open:
            writer, seat = self._open[root]
            if not seat.is_wanted:
                return writer
            self._leave(root)
        seat = Seat(root)
        writer = Writer(root, lock=seat.take())
        self._open[root] = writer, seat
        self._used[root] = time.monotonic()
        try:
            writer.open()
        except BaseException:
            self._leave(root)
            raise
        return writer

    def _leave(self, root: Path) -> None:
        writer, seat = self._open.pop(root)
        try:
            writer.close()
        finally:
            seat.leave()
