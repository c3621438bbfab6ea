"""Sources of alerts: what is read from one, and the book in which it stands how far that is."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from llama.domain.sources.copying import Arrival
from llama.domain.sources.gaps import Gap
from schemas.sources import SourceStanding

Places: TypeAlias = Mapping[tuple[str, int], int]
"""By topic (as `place_of` has it) and partition of the source: the next offset."""


@dataclass(frozen=True, slots=True)
class Haul:
    """What a look at a source brought; there may be nothing new, but it did answer."""

    arrivals: tuple[Arrival, ...] = ()
    beat: datetime | None = None
    """When it last said that it is there, by its own clock; None: not since the last look."""
    lag: int = 0
    """How many records it has that were not handed out yet."""
    complaint: str = ""
    """What is wrong though it answers: a topic that it does not know, records that are gone."""
    lost: int = 0
    """How many records were gone at the source before they could be read."""
    moved: Places = field(default_factory=dict[tuple[str, int], int])
    """Where reading goes on, of topics that are not what they were: expired, or made anew."""


class Feed(Protocol):
    """A source that is open."""

    def hauls(self) -> AsyncIterator[Haul]:
        """Look again and again, every few seconds at least; end where the source ends.

        Unavailable if it does not answer, Misconfigured if it never will.
        """
        ...


OpenFeed: TypeAlias = Callable[[Places], AbstractAsyncContextManager[Feed]]
"""Opens a source at the given places: at the beginning of what none is given for."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How a source stands, and when its reader last said so."""

    standing: SourceStanding
    at: datetime


class SourceBook(Protocol):
    """Keeps how far each source was read, and how it stands."""

    async def places(self, source: str) -> Places:
        """Return the places up to which the records of a source are on our own log."""
        ...

    async def standing(self, source: str) -> SourceStanding | None:
        """Return how a source stands; None if it was never read."""
        ...

    async def keep(self, standing: SourceStanding) -> None:
        """Keep how a source stands."""
        ...

    async def seen(self) -> Sequence[Seen]:
        """Return how all sources stand, by name, and when each was last looked at."""
        ...

    async def gaps(self, *, limit: int) -> Sequence[Gap]:
        """Return the times in which sources were not heard, the latest first."""
        ...
