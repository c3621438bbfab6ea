"""Timers: contents that will expire, by event, and who has to say when they have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from llama.domain.timers import Timer


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose time has come."""

    event: str
    timer: Timer


class TimerBoard(Protocol):
    """Says what will expire (one writer: the resolver)."""

    async def expect(self, event: str, timers: Sequence[Timer]) -> None:
        """Make these the timers of an event: add what is new, drop all others."""
        ...


class TimerQueue(Protocol):
    """Hands out what is due, by the clock of the store that keeps it."""

    async def take_due(self, *, limit: int, again_after: timedelta) -> Sequence[DueTimer]:
        """Return up to `limit` due timers, the earliest first.

        Each stays until its event does not expect it any more, and comes again after a while: so
        whoever took it may die before it has said so.
        """
        ...

    async def wait_for_due(self, timeout: timedelta) -> None:
        """Return when there may be something to take, at the latest after the timeout."""
        ...
