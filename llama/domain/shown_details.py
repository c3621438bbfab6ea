"""What else tables show of an event: how its flags changed, what is held back, what has failed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from llama.domain.board import Board
from llama.domain.moves import Folded
from llama.domain.shown import LONGEST_REASON
from llama.domain.states import EventState
from schemas.facts import FlagsChanged
from schemas.flags import FlagName


@dataclass(frozen=True, slots=True)
class ShownFlag:
    """A flag that got another value."""

    sequence: int
    """Of the fact that did it, among those of the event."""
    flag: str
    value: str
    by: str
    """Empty if it was a notice, which presets them."""
    reason: str
    fact: str
    at: datetime


class Hold(StrEnum):
    """How a handler is kept from being run."""

    VETOED = "vetoed"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class ShownHold:
    """A handler that an operator has vetoed or frozen."""

    handler: str
    hold: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShownFailure:
    """The failure that a handler's present need has met with last."""

    handler: str
    need: str
    attempt: int
    number: int
    """How many runs for the need have failed."""
    error: str
    message: str
    at: datetime
    retry_at: datetime | None
    """None: it has failed for good."""


@dataclass(frozen=True, slots=True)
class Details:
    """All of that, of one event."""

    flags: tuple[ShownFlag, ...] = ()
    """Every change, oldest first."""
    holds: tuple[ShownHold, ...] = ()
    """In force, by handler."""
    failures: tuple[ShownFailure, ...] = ()
    """In force, by handler."""


def shown_flags(step: Folded) -> Iterator[ShownFlag]:
    """Go through the flags that a fact changed, by name."""
    before, after = step.before.flags, step.after.flags
    if before is after or before == after:
        return
    fact = step.fact
    by, reason = (fact.by, fact.reason) if isinstance(fact, FlagsChanged) else ("", "")
    for flag in sorted(FlagName):
        value = getattr(after, flag.value)
        if value != getattr(before, flag.value):
            told = value if isinstance(value, str) else str(value).lower()
            yield ShownFlag(
                *(step.after.sequence, flag.value, told, _text(by), _text(reason)),
                *(fact.id, fact.occurred_at),
            )


def shown_holds(state: EventState) -> tuple[ShownHold, ...]:
    """Return the holds that are in force, by handler."""
    held = {Hold.VETOED: state.vetoed, Hold.FROZEN: state.frozen}
    return tuple(
        sorted(
            (
                ShownHold(handler, hold.value, _text(reason))
                for hold, reasons in held.items()
                for handler, reason in reasons.items()
            ),
            key=lambda one: (one.handler, one.hold),
        )
    )


def shown_failures(board: Board) -> tuple[ShownFailure, ...]:
    """Return the failures of what is needed now, by handler."""
    needs = (one.need for one in board.all() if one.need is not None)
    kept = board.state.failures
    found = ((need, kept.get(need.handler.name, {}).get(need.id)) for need in needs)
    shown = [
        ShownFailure(
            *(need.handler.name, need.id, failure.attempt, failure.number, failure.error),
            *(_text(failure.message), failure.at, failure.retry_at),
        )
        for need, failure in found
        if failure is not None
    ]
    return tuple(sorted(shown, key=lambda one: one.handler))


def _text(said: str) -> str:
    """Return what operators and handlers say, as a table can keep it."""
    return said.replace("\0", "")[:LONGEST_REASON]
