"""What an update says before it makes anything: what has expired, and what it wants made anyway."""

from collections.abc import Collection
from dataclasses import dataclass

from llama.client.local.edits import act_id
from llama.domain.assessment import Status
from llama.domain.event_state import evolve
from llama.domain.needs import Assessor, need_of
from llama.domain.resolve import decide
from llama.domain.states import EventState
from llama.domain.timers import expiry, timers_of
from llama.ports.clock import Clock
from schemas.facts import Fact, FileExpired, FileRequested

_UNLUCKY = frozenset({Status.COOLING, Status.FAILED})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an update is to make."""

    only: Collection[str]
    """The handlers that may run."""
    again: Collection[str] = ()
    """Those of them that run whether or not they need it, if they can, once."""
    is_patient: bool = False
    """Whether those are left alone that cool down or have failed for good."""


def first_facts(state: EventState, wanted: Wanted, clock: Clock) -> list[Fact]:
    """Return what is to be said before anything is made: what expired, what is asked for."""
    expired = expired_files(state, clock)
    for fact in expired:
        state = evolve(state, fact)
    now = clock.now()
    due = {
        run.need.handler.name
        for run in decide(state, now).runs
        if run.not_before is None or run.not_before <= now
    }
    return [*expired, *requests(state, {*wanted.again} - due, wanted, clock)]


def expired_files(state: EventState, clock: Clock) -> list[FileExpired]:
    """Return the facts that some files are no longer valid."""
    now = clock.now()
    return [expiry(timer, state.event) for timer in timers_of(state) if timer.due_at <= now]


def requests(
    state: EventState, handlers: Collection[str], wanted: Wanted, clock: Clock
) -> list[FileRequested]:
    """Return the requests for those of some handlers that can run now.

    Who cannot is not asked: it would be made at some later time, to a surprise.
    """
    assessor = Assessor(state)
    known = [assessor.named(name) for name in sorted(handlers)]
    asked = [
        _request(state, one.handler.name, clock)
        for one in known
        if one is not None and not (wanted.is_patient and one.status in _UNLUCKY)
    ]
    return [one for one in asked if need_of(evolve(state, one), one.handler) is not None]


def _request(state: EventState, handler: str, clock: Clock) -> FileRequested:
    return FileRequested(
        id=act_id(state, "request", handler),
        occurred_at=clock.now(),
        event=state.event,
        handler=handler,
    )
