"""`decide`: what has to be done for an event now, and what has just become obsolete."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from llama.domain.assessment import Assessment, Need
from llama.domain.attempts import failure_of
from llama.domain.board import Board
from llama.domain.digests import digest_json
from llama.domain.needs import Assessor
from llama.domain.outlook import Outlook
from llama.domain.states import EventState, Outcome
from schemas.facts import FileObsoleted


@dataclass(frozen=True, slots=True)
class Decision:
    """The runs that are wanted, and when the event will want more by itself."""

    runs: tuple["Run", ...]
    timers: tuple[datetime, ...]
    """When cooled-down handlers are tried again."""
    is_settled: bool
    """Nothing can be run now; what is still to come waits for a timer, a notice or a person."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a handler that may start at a moment."""

    need: Need
    not_before: datetime | None
    priority: int
    """Higher goes first."""


SIGNIFICANT_PRIORITY = 10
"""Significant alerts overtake low-significance ones, which are a hundred times as many."""


def decide(state: EventState, now: datetime) -> Decision:
    """Return what an event needs now, as its facts stand."""
    return decide_from(Assessor(state), now)


def decide_from(board: Board, now: datetime) -> Decision:
    """Decide with assessments that are already at hand."""
    state = board.state
    runs = tuple(runs_of(board))
    due = [run for run in runs if run.not_before is None or run.not_before <= now]
    timers = tuple(sorted(run.not_before for run in runs if run.not_before and run not in due))
    is_pending = state.notice is not None and state.manifest is None
    return Decision(runs, timers, is_settled=not due and not is_pending)


def runs_of(board: Board) -> Iterator[Run]:
    """Go through the runs that are wanted, ancestors first."""
    return (_run(board.state, assessment) for assessment in board.wanted())


def _run(state: EventState, assessment: Assessment) -> Run:
    need = assessment.need
    if need is None:
        raise ValueError(f"{assessment.handler.name} of {state.event} needs no run")
    failure = failure_of(state, need.handler.name, need.id)
    not_before = failure.retry_at if failure is not None else None
    return Run(need, not_before, _priority(state))


def _priority(state: EventState) -> int:
    significant = state.notice is None or state.notice.significant is not False
    return SIGNIFICANT_PRIORITY if significant else 0


def obsoleted_in(outlook: Outlook, *, cause: str) -> tuple[FileObsoleted, ...]:
    """Return the announcements of files that the last fact, `cause`, has made obsolete."""
    if outlook.state.outcome is not Outcome.APPLIED:
        return ()
    pairs = ((one.was, one.now) for one in outlook.reassessed.values() if one.now is not None)
    return tuple(_announced(outlook.state, pairs, cause))


def _announced(
    state: EventState, pairs: Iterable[tuple[Assessment | None, Assessment]], cause: str
) -> Iterator[FileObsoleted]:
    for was, now in pairs:
        if now.changes and (was is None or was.changes != now.changes):
            yield from _announce(state, now, cause)


def _announce(state: EventState, assessment: Assessment, cause: str) -> list[FileObsoleted]:
    made = state.made[assessment.handler.name]
    return [
        FileObsoleted(
            id=digest_json([state.event, file, made.fact, cause])[:32],
            cause=cause,
            occurred_at=state.as_of,
            event=state.event,
            file=file,
            handler=assessment.handler.name,
            generation=made.fact,
            because=assessment.changes,
        )
        for file in assessment.handler.files
    ]
