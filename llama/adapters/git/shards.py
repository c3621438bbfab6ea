"""Where the repositories of the histories are, and who may write to one of them."""

from contextlib import ExitStack
from pathlib import Path

from llama.adapters.file_lock import FileLock
from llama.adapters.git.names import checked_event
from llama.domain.errors import HistoryCorrupt, Unavailable
from llama.domain.shards import SHARDS, shard_of

REBUILD = "run `llama rebuild --history`, which writes it again from the log with equal hashes"
_NAME = "shard-{}"
_PATIENCE_S = 30.0
"""A killed writer's git ends by itself when its pipes close, at the latest after a repack."""
_NOTICE_S = 90.0
"""A writer looks every second whether its seat is wanted; it may be in a long write."""


def shard_path(folder: Path, number: int) -> Path:
    """Return the repository of a shard; the names beside it that begin alike are its own."""
    return folder / _NAME.format(number)


def repository_of(folder: Path, event: str) -> Path:
    """Return the repository that keeps an event; ValueError if that is no event's name."""
    return shard_path(folder, shard_of(checked_event(event)))


def repositories_in(folder: Path) -> list[Path]:
    """Return the repositories that there are."""
    return [
        path for n in range(SHARDS) if (path := shard_path(folder, n)).joinpath("HEAD").exists()
    ]


def refuse_unsharded(folder: Path) -> None:
    """Raise HistoryCorrupt if the folder itself is one repository, as earlier releases wrote it."""
    if (folder / "HEAD").exists() and not repositories_in(folder):
        message = f"{folder} is a single repository, as an earlier release wrote it"
        raise HistoryCorrupt(f"{message}: {REBUILD}")


class Seat:
    """The right to write to a repository: a lock beside it, so that it stays when that is replaced.

    Whoever wants the seat for something rarer than the daily writing says so with a second lock;
    the kernel takes both back from the dead.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._held = ExitStack()
        self._wanted = root.with_name(f"{root.name}.wanted")
        self._lock = root.with_name(f"{root.name}.lock")

    def take(self, *, patience_s: float = _PATIENCE_S) -> int:
        """Take the seat, return its descriptor; Unavailable if somebody keeps it."""
        self._root.parent.mkdir(parents=True, exist_ok=True)
        self.refuse_if_wanted()
        # git inherits the lock: as long as a dead writer's git still writes, nobody else does.
        lock = FileLock(self._lock, patience_s=patience_s)
        return self._held.enter_context(lock).descriptor

    def claim(self) -> int:
        """Have whoever writes give way, and take the seat until `leave`; return its descriptor."""
        self._root.parent.mkdir(parents=True, exist_ok=True)
        self._held.enter_context(FileLock(self._wanted, patience_s=1.0))
        return self._held.enter_context(FileLock(self._lock, patience_s=_NOTICE_S)).descriptor

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits for the seat, or has claimed it."""
        try:
            with FileLock(self._wanted):
                return False
        except Unavailable:
            return True

    def refuse_if_wanted(self) -> None:
        """Raise Unavailable if the seat belongs to somebody else for now."""
        if self.is_wanted:
            raise Unavailable(f"{self._root} is being written again from the log: try again later")

    def leave(self) -> None:
        """Give the seat back."""
        self._held.close()
