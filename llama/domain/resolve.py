"""`decide`: what has to be done for an event now, and what has just become obsolete."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from llama.domain.assessment import Assessment, Need
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


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a fact changes of the runs that are wanted."""

    runs: tuple[Run, ...]
    """Wanted now, and not so before: of another need, attempt, time or priority."""
    withdrawn: tuple[Need, ...]
    """Wanted before, and not any more."""


def decide(state: EventState, now: datetime) -> Decision:
    """Return what an event needs now, as its facts stand."""
    return decide_from(Assessor(state), now)


def decide_from(board: Board, now: datetime) -> Decision:
    """Decide with assessments that are already at hand."""
    state = board.state
    runs = tuple(_run(state, assessment) for assessment in board.wanted())
    due = [run for run in runs if run.not_before is None or run.not_before <= now]
    timers = tuple(sorted(run.not_before for run in runs if run.not_before and run not in due))
    is_pending = state.notice is not None and state.manifest is None
    return Decision(runs, timers, is_settled=not due and not is_pending)


def adjust(before: EventState, outlook: Outlook) -> Adjustment:
    """Return what changed of the decision with the last fact of an outlook.

    It costs what the fact changed, unless all runs have now another priority.
    """
    if _priority(before) != _priority(outlook.state):
        turned = {one.handler.name: one for one in outlook.wanted()}
    else:
        turned = {name: one.now for name, one in outlook.reassessed.items()}
    runs = [_run(outlook.state, now) for now in turned.values() if now and now.is_wanted]
    wanted = {(run.need.id, run.need.attempt) for run in runs}
    earlier = [one.was.need for one in outlook.reassessed.values() if one.was and one.was.is_wanted]
    withdrawn = [need for need in earlier if need and (need.id, need.attempt) not in wanted]
    return Adjustment(tuple(runs), tuple(withdrawn))


def _run(state: EventState, assessment: Assessment) -> Run:
    need = assessment.need
    if need is None:
        raise ValueError(f"{assessment.handler.name} of {state.event} needs no run")
    failure = state.failures.get(need.handler.name)
    cooling = failure is not None and failure.need == need.id
    return Run(
        need,
        not_before=failure.retry_at if failure is not None and cooling else None,
        priority=_priority(state),
    )


def _priority(state: EventState) -> int:
    significant = state.notice is None or state.notice.significant is not False
    return SIGNIFICANT_PRIORITY if significant else 0


def obsoleted(before: EventState, after: EventState, *, cause: str) -> tuple[FileObsoleted, ...]:
    """Return the announcements of files that the fact `cause` has made obsolete."""
    if after.outcome is not Outcome.APPLIED:
        return ()
    earlier = Assessor(before)
    pairs = ((earlier.named(now.handler.name), now) for now in Assessor(after).all())
    return tuple(_announced(after, pairs, cause))


def obsoleted_in(outlook: Outlook, *, cause: str) -> tuple[FileObsoleted, ...]:
    """Return the same announcements for the last fact of an outlook."""
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
