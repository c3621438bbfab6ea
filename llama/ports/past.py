"""What is kept of earlier moments, beside the facts themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from llama.domain.selection.downselection import Downselection
from llama.domain.shown import ShownEvent
from schemas.facts import Fact

Road: TypeAlias = Literal["place", "change", "name"]
"""In which order one comes by events: by where lists put them, by their facts, by their names."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """One event on a road; it may come by several times.

    What the event is sorted by, as of the moment, is never nearer to the beginning of the road
    than its first milestone.
    """

    at: datetime | str
    """A time; for the road of names, the name."""
    event: str


@dataclass(frozen=True, slots=True)
class Journey:
    """Which events one wants to come by, and in which order."""

    road: Road
    moment: datetime
    """Nothing is met that was not there then."""
    descending: bool


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which events are looked for."""

    wanted: Downselection
    moment: datetime
    best: int | None = None
    """So many of those that nothing has happened to will do: the first by their rate."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """Which of some events are worth a look."""

    unchanged: tuple[ShownEvent, ...]
    """Nothing has happened to them since: they met the criteria, and looked like this."""
    changed: tuple[str, ...]
    """Something has happened to them since: what they were then must be found out."""


class Past(Protocol):
    """Answers questions about earlier moments."""

    async def deployed(self, moment: datetime) -> str | None:
        """Return the digest of the manifest that was deployed then; None before the first."""
        ...

    async def facts(self, events: Sequence[str]) -> Mapping[str, Sequence[Fact]]:
        """Return all facts of some events, in order."""
        ...

    async def travel(
        self, journey: Journey, *, after: Milestone | None, limit: int
    ) -> Sequence[Milestone]:
        """Return the next milestones of a journey; less than `limit` only at its end."""
        ...

    async def sift(self, sieve: Sieve, events: Sequence[str]) -> Sifted:
        """Return those of some events that met criteria at a moment, or may have."""
        ...
