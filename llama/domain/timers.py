"""Timers: which contents will not do for ever, and the fact that says so when their time is over.

A timer is about a content, not about the wish to make another: that a retraction, a veto or an
operator holds the handler now does not stop it. So the state is the same whether the time ran out
before, while or after the handler was held, and nothing is left to be caught up with afterwards:
what is held is not made while it is, and is made once it is let go.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from llama.domain.digests import digest_json
from llama.domain.states import EventState, Made
from schemas.facts import FileExpired

LEAST_LIFE = timedelta(seconds=1)
"""No content expires sooner after it was made: a handler that is never content goes on slowly."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A time at which the files of a handler will no longer do."""

    handler: str
    generation: str
    """Id of the fact that made the files."""
    due_at: datetime


def timers_of(state: EventState) -> tuple[Timer, ...]:
    """Return the timers of an event, the first to be due first: a set that follows from its state.

    Handlers that the adopted pipeline lacks have none: nobody could make their files again.
    """
    handlers = state.manifest.handlers if state.manifest else ()
    pending = [
        Timer(handler.name, made.fact, due_at)
        for handler in handlers
        if handler.name not in state.expired
        and (made := state.made.get(handler.name)) is not None
        and (due_at := _due_at(made)) is not None
    ]
    return tuple(sorted(pending, key=lambda timer: (timer.due_at, timer.handler)))


def expiry(timer: Timer, event: str) -> FileExpired:
    """Return the fact that a timer's time is over, the same whoever says so and however late.

    It happened when the timer was due, not when somebody noticed: a replay must agree. That is
    never before its files were made, so no effect is dated before its cause, and the event's own
    time, which is a running maximum, is not moved beyond the moment that the handler named.
    """
    identity = digest_json([event, timer.handler, timer.generation, "expired"])
    return FileExpired(
        id=identity[:32],
        cause=timer.generation,
        occurred_at=timer.due_at,
        event=event,
        handler=timer.handler,
        generation=timer.generation,
    )


def _due_at(made: Made) -> datetime | None:
    """Return when a run's content is over; None if it will do for ever.

    A run that began after the moment it names is what that moment was waited for. Without this, a
    handler that always names the end of its window would be run for ever once that has passed.
    """
    began = made.at - timedelta(seconds=made.wall_s)
    if made.valid_until is None or made.valid_until <= began:
        return None
    return max(made.valid_until, made.at + LEAST_LIFE)
