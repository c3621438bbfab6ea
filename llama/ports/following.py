"""The facts as the read models come to show them: what a stream of changes is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from llama.domain.position import Position
from schemas.facts import Fact


@dataclass(frozen=True, slots=True)
class ShownFact:
    """One fact that is shown, with where it stands and what it did."""

    partition: int
    offset: int
    sequence: int
    outcome: str
    fact: Fact


class Following(Protocol):
    """Follows what is shown; all of it can be asked for again."""

    @property
    def heard(self) -> int:
        """Return a number that grows whenever something new may be shown."""
        ...

    async def wait(self, *, seen: int, timeout_s: float) -> None:
        """Return when more was heard than was seen, at the latest after the timeout.

        Unavailable if nothing can be heard now.
        """
        ...

    async def position(self) -> Position:
        """Return the position behind everything that is shown now."""
        ...

    async def since(self, moment: datetime) -> Position:
        """Return a position before all facts that occurred at or after a moment."""
        ...

    async def after(self, position: Position, *, limit: int) -> Sequence[ShownFact]:
        """Return what comes next behind a position, up to `limit` facts of each partition.

        Those of a partition are in order, none is left out, and none comes later before them.
        """
        ...

    async def before(self, event: str, sequence: int) -> Sequence[Fact]:
        """Return the facts of an event before the one with this sequence, in order."""
        ...
