"""How much there is of everything in the whole system: what a service cannot know of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from llama.ports.sources import Seen


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there was of everything at one moment."""

    tasks: Mapping[str, int] = field(default_factory=dict[str, int])
    """`ready` (due, and nobody's), `leased`, `cooling` (due later)."""
    oldest_ready_s: float = 0.0
    """For how many seconds the longest due of them has waited for a worker."""
    events: Mapping[str, int] = field(default_factory=dict[str, int])
    """By how they stand: `at_work`, `settled`, `awaits_a_notice`, `retracted`."""
    dead_letters: Mapping[str, int] = field(default_factory=dict[str, int])
    """Contents that are open, however many copies there were, by the reason of the refusal."""
    publications: Mapping[str, int] = field(default_factory=dict[str, int])
    """`sent`, `in_doubt`."""
    is_paused: bool = False
    """Whether somebody has stopped all publication."""
    alarm_at: datetime | None = None
    """When the latest alarm was raised that was not taken back, tests aside; None: there is none.

    It counts wherever it went, also if it is in doubt whether it did.
    """
    sources: tuple[Seen, ...] = ()
    """How the sources of alerts stand, by name, whether or not they are still read."""


class Census(Protocol):
    """Counts."""

    async def take(self) -> Counts:
        """Count everything; Unavailable if the server does not answer."""
        ...
