"""What an event was while nothing happened to it for long: what is kept for looking back.

Between two facts an event is what it is. Where they lie far apart, what lists showed of it in
between is kept; of a moment that lies in no such span, few events are still to be folded: those to
which something happened shortly before and shortly after.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from llama.domain.moves import Folded

SHORTEST = timedelta(minutes=10)
"""Shorter spans are not kept. Another value needs a new `FOLD_VERSION`, and tables made anew.

Kept for every short one, each fact would cost a row; kept for long ones only, many events would
have to be folded whenever somebody looks back.
"""


@dataclass(frozen=True, slots=True)
class Span:
    """For so long nothing happened to an event after one of its facts."""

    event: str
    sequence: int
    """Of that fact, among those of the event."""
    until: datetime
    """When the next one came: no part of the span."""


@dataclass(frozen=True, slots=True)
class Round:
    """Facts of many events, of each at most up to the end of one span."""

    over: list[Span] = field(default_factory=list[Span])
    """The spans that end with the first of these facts."""
    last: dict[str, Folded] = field(default_factory=dict[str, Folded])
    """The last of these facts, by event."""


def rounds_of(steps: Iterable[Folded]) -> list[Round]:
    """Part folded facts into rounds: whoever shows them in turn has shown what every span was."""
    rounds: list[Round] = []
    numbers: dict[str, int] = {}
    for step in steps:
        event, ended = step.after.event, _ended(step)
        number = numbers.get(event, 0)
        if ended is not None and event in numbers:
            number += 1
        numbers[event] = number
        if number == len(rounds):
            rounds.append(Round())
        if ended is not None:
            rounds[number].over.append(ended)
        rounds[number].last[event] = step
    return rounds


def _ended(step: Folded) -> Span | None:
    """Return the span that a fact has ended; None if it was too short."""
    before, after = step.before, step.after
    if not before.sequence or after.as_of - before.as_of < SHORTEST:
        return None
    return Span(before.event, before.sequence, after.as_of)
