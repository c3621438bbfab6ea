"""A file, or the files of a folder, as records: each whole, each once."""

import asyncio
import os
import stat
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.sources.copying import LARGEST_RECORD, Arrival, place_of
from llama.domain.sources.kinds import FolderSource
from llama.ports.sources import Haul, Places
from schemas.envelope import NAME_HEADER

SETTLED_AFTER_S = 2.0
"""A file that was not written to for so long is whole: writers pause for less. Whoever cannot
promise that writes under a name with a dot in front, and renames."""
LOOK_EVERY_S = 0.5
MOST_FILES = 16
"""In one haul."""
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Look:
    """How a file looked."""

    size: int
    changed_ns: int
    since_s: float
    """Since when, by the clock that only goes forward."""


@dataclass(slots=True)
class FolderFeed:
    """Files in the order of their names; the name of each is its position."""

    source: FolderSource
    places: Places
    settled_after_s: float = SETTLED_AFTER_S
    look_every_s: float = LOOK_EVERY_S
    _done: set[str] = field(default_factory=set[str])
    _looks: dict[str, _Look] = field(default_factory=dict[str, _Look])
    """Of the files that are not read yet."""
    _odd: dict[str, str] = field(default_factory=dict[str, str])

    async def __aenter__(self) -> Self:
        self._done = {topic for (topic, _), offset in self.places.items() if offset > 0}
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is open between two looks."""

    async def hauls(self) -> AsyncIterator[Haul]:
        """Bring what is there, and, if the source is to be followed, what comes."""
        while True:
            ready, waiting = await asyncio.to_thread(self._look)
            for start in range(0, len(ready), MOST_FILES):
                some = ready[start : start + MOST_FILES]
                arrivals = await asyncio.to_thread(self._read_all, some)
                yield self._haul(arrivals, lag=len(ready) - start - len(some) + waiting)
            if not ready:
                yield self._haul((), lag=waiting)
            if not self.source.follow and not waiting:
                return
            await asyncio.sleep(self.look_every_s)

    def _haul(self, arrivals: tuple[Arrival, ...], *, lag: int) -> Haul:
        return Haul(arrivals, lag=lag, complaint="; ".join(sorted(self._odd.values())[:3]))

    def _look(self) -> tuple[list[Path], int]:
        """Return the files that can be read now, by name, and how many are being written."""
        present = [path for path in self._present() if place_of(path.name) not in self._done]
        names = {path.name for path in present}
        self._odd = {name: what for name, what in self._odd.items() if name in names}
        self._looks = {name: look for name, look in self._looks.items() if name in names}
        ready = [path for path in present if self._is_whole(path)]
        return ready, len(present) - len(ready) - len(self._odd)

    def _present(self) -> list[Path]:
        root = Path(self.source.path).resolve()
        try:
            if not stat.S_ISDIR(root.stat().st_mode):
                return [root]
            found = [path for path in root.iterdir() if not path.name.startswith(".")]
        except FileNotFoundError as error:
            raise Unavailable(f"{root} is not there: make it, or correct the source") from error
        except OSError as error:
            raise Misconfigured(f"{root} cannot be read: {error.strerror}") from error
        return sorted(found, key=lambda path: os.fsencode(path.name))

    def _is_whole(self, path: Path) -> bool:
        try:
            now = path.lstat()
        except OSError:  # it went away since the folder was listed
            return False
        if not stat.S_ISREG(now.st_mode):
            self._odd[path.name] = f"{_shown(path)} is no file of its own: it is left alone"
            return False
        before = self._looks.get(path.name)
        if before is None or (before.size, before.changed_ns) != (now.st_size, now.st_mtime_ns):
            before = _Look(now.st_size, now.st_mtime_ns, time.monotonic())
            self._looks[path.name] = before
        is_old = time.time() - now.st_mtime >= self.settled_after_s
        return is_old or time.monotonic() - before.since_s >= self.settled_after_s

    def _read_all(self, paths: Sequence[Path]) -> tuple[Arrival, ...]:
        found = [arrival for path in paths if (arrival := self._read(path)) is not None]
        self._done |= {place_of(one.topic) for one in found}
        return tuple(found)

    def _read(self, path: Path) -> Arrival | None:
        try:
            with os.fdopen(os.open(path, _OPEN), "rb") as file:
                known = os.fstat(file.fileno())
                content = file.read(LARGEST_RECORD + 1)
        except OSError as error:
            self._odd[path.name] = f"{_shown(path)} cannot be read: {error.strerror}"
            return None
        self._odd.pop(path.name, None)
        return Arrival(
            topic=path.name,
            partition=0,
            offset=0,
            value=content if len(content) <= LARGEST_RECORD else None,
            size=max(len(content), known.st_size),
            at=_EPOCH + timedelta(seconds=max(0, int(known.st_mtime))),
            headers=((NAME_HEADER, os.fsencode(path.name)[:300]),),
        )


def _shown(path: Path) -> str:
    return ascii(path.name)[:100]
