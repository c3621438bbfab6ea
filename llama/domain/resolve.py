"""`decide`: what has to be done for an event now, and what has just become obsolete."""

from dataclasses import dataclass
from datetime import datetime

from llama.domain.digests import digest_json
from llama.domain.needs import Assessment, Assessor, Need, Status
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


def decide_from(assessor: Assessor, now: datetime) -> Decision:
    """Decide with assessments that are already at hand."""
    runs = tuple(
        _run(assessor.state, assessment)
        for assessment in assessor.all()
        if assessment.need is not None and assessment.status is not Status.FAILED
    )
    due = [run for run in runs if run.not_before is None or run.not_before <= now]
    timers = tuple(sorted(run.not_before for run in runs if run.not_before and run not in due))
    state = assessor.state
    is_pending = state.notice is not None and state.manifest is None
    return Decision(runs, timers, is_settled=not due and not is_pending)


def _run(state: EventState, assessment: Assessment) -> Run:
    need = assessment.need
    if need is None:
        raise ValueError(f"{assessment.handler.name} of {state.event} needs no run")
    failure = state.failures.get(need.handler.name)
    cooling = failure is not None and failure.need == need.id
    notice = state.notice
    significant = notice is None or notice.significant is not False
    return Run(
        need,
        not_before=failure.retry_at if failure is not None and cooling else None,
        priority=SIGNIFICANT_PRIORITY if significant else 0,
    )


def obsoleted(before: EventState, after: EventState, *, cause: str) -> tuple[FileObsoleted, ...]:
    """Return the announcements of files that the fact `cause` has made obsolete."""
    if after.outcome is not Outcome.APPLIED:
        return ()
    earlier = {one.handler.name: one.changes for one in Assessor(before).all()}
    announced: list[FileObsoleted] = []
    for assessment in Assessor(after).all():
        if assessment.changes and earlier.get(assessment.handler.name) != assessment.changes:
            announced += _announce(after, assessment, cause)
    return tuple(announced)


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
