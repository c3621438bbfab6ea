"""What an engine must be able to do to be measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.yardstick.dag import Change
from benchmarks.yardstick.meters import Part


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an engine works, and how."""

    folder: Path
    """Of its own, empty at the beginning, removed at the end."""
    mode: str = ""

    @property
    def events(self) -> Path:
        """Where engines that keep the files of an event in a folder have these folders."""
        return self.folder / "events"

    @property
    def runs(self) -> Path:
        """What handlers say of their runs."""
        return self.folder / "runs.log"


class Engine(Protocol):
    """Makes the files of events, whose side inputs are there before their triggers.

    What gives events work returns when they have all their files, as its users are told it.
    """

    @property
    def name(self) -> str:
        """What figures call it."""
        ...

    @property
    def parts(self) -> Sequence[Part]:
        """What it consists of."""
        ...

    def start(self) -> None:
        """Start whatever belongs to it; return when it could be used."""
        ...

    def stop(self) -> None:
        """Stop all that was started."""
        ...

    def many(self, numbers: Sequence[int]) -> None:
        """Bring events in as fast as they are taken, and wait for all of them."""
        ...

    def prepare(self, numbers: Sequence[int], vetoed: Sequence[int]) -> None:
        """Have events that are made, some of them vetoed, in whatever way is quickest."""
        ...

    def change(self, numbers: Sequence[int], change: Change) -> None:
        """Write the side inputs anew, and have nobody do anything about it yet."""
        ...

    def update(self, numbers: Sequence[int], change: Change) -> None:
        """Do what follows from the change."""
        ...

    def look(self, numbers: Sequence[int]) -> None:
        """Find out that there is nothing to do."""
        ...

    def query(self) -> int | None:
        """Ask for 10 events with coincidence.json, not vetoed, of the later half, newest first.

        Return how many were told; None if such a question cannot be asked.
        """
        ...

    def made_at(self, numbers: Sequence[int]) -> Mapping[int, float] | None:
        """Return when each event had its last file, by the monotonic clock.

        None if that is when its last handler ended: there is nothing that would come after.
        """
        ...

    def settle(self) -> Mapping[str, float]:
        """Wait until everything else that follows is there, and say when each of it was.

        By name, as moments of the monotonic clock; nothing if nothing follows.
        """
        ...

    def files(self, number: int) -> Mapping[str, bytes]:
        """Return all files of an event."""
        ...
