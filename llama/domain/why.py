"""Why a file is what it is: everything that its status was derived from."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypedDict

from llama.domain.assessment import Assessment, Status
from llama.domain.attempts import failure_of
from llama.domain.needs import Assessor
from llama.domain.states import EventState, Made, PutByHand, StoredFile
from llama.domain.status import before_adoption, content_of
from schemas.files import FLAGS, DependencySpec, HandlerSpec
from schemas.status import FailureStatus, InputStatus, MadeStatus, NeedStatus, Why

CODE = "code"
"""Stands among the inputs for the version of the handler's code."""
_WITHHELD = frozenset({Status.FAILED, Status.BLOCKED, Status.VETOED})
_HELD_UP = frozenset({Status.WAITING, Status.OBSOLETE, Status.BLOCKED})
_DONE = frozenset({Status.CURRENT, Status.FROZEN, Status.MASKED})


def explanation_of(
    state: EventState, file: str, *, now: datetime, is_past: bool = False
) -> Why | None:
    """Return why a file has its status; None if the event has no such file.

    `is_past`: `now` is an earlier moment, and the explanation says so.
    """
    why = _explanation(state, file, now)
    return why.model_copy(update={"as_of": now}) if why and is_past else why


def _explanation(state: EventState, file: str, now: datetime) -> Why | None:
    assessor = Assessor(state)
    maker = assessor.maker_of(file)
    if maker is None:
        return _unadopted(state, file)
    assessment = assessor.of(maker)
    return Why(
        event=state.event,
        file=file,
        handler=maker.name,
        status=assessment.status.value,
        reason=assessment.reason,
        inputs=tuple(_inputs(state, assessor, maker)),
        made=_made(state, assessment, file),
        failure=_failure(state, assessment),
        needs=_needs(state, assessment, now),
        waiting=tuple(_waiting(assessor, assessment)),
    )


def _unadopted(state: EventState, file: str) -> Why | None:
    stored = state.tree_file(file)
    if state.manifest is not None or stored is None:
        return None
    return Why(
        event=state.event,
        file=file,
        handler=None,
        status=Status.CURRENT.value,
        reason=before_adoption(stored),
    )


def _inputs(state: EventState, assessor: Assessor, maker: HandlerSpec) -> Iterator[InputStatus]:
    if maker.kind == "triggered":
        return
    made = state.made.get(maker.name)
    declared = {
        f"{dependency.file}#{aspect}": (dependency, aspect)
        for dependency in maker.dependencies
        for aspect in dependency.aspects
    }
    for name, (dependency, aspect) in declared.items():
        assessed = _assessed(assessor, dependency.file)
        latest = _latest(state, dependency, aspect, assessed)
        yield _input(name, made, latest, assessed.status if assessed else None)
    flags = {f"{FLAGS}#{flag}": state.flags.digest(flag) for flag in maker.flags}
    for name, digest in flags.items():
        yield _input(name, made, digest, None)
    # What the last run used and the pipeline of today does not ask for any more.
    for name in made.inputs if made else ():
        if name not in declared and name not in flags:
            assessed = _assessed(assessor, name.partition("#")[0])
            yield _input(name, made, None, assessed.status if assessed else None)
    used = made.code if made else None
    changed = used is not None and used != maker.code
    yield InputStatus(input=CODE, used=used, latest=maker.code, changed=changed, status=None)


def _assessed(assessor: Assessor, file: str) -> Assessment | None:
    maker = assessor.maker_of(file)
    return assessor.of(maker) if maker else None


def _latest(
    state: EventState, dependency: DependencySpec, aspect: str, assessed: Assessment | None
) -> str | None:
    if dependency.fixed is not None:
        return dependency.fixed
    if assessed is None or assessed.is_hidden:
        return None
    if dependency.optional and assessed.status in _WITHHELD:
        return None
    stored = state.files.get(dependency.file)
    return stored.content.aspects.get(aspect) if stored else None


def _input(name: str, made: Made | None, latest: str | None, status: Status | None) -> InputStatus:
    used = made.inputs.get(name) if made else None
    return InputStatus(
        input=name,
        used=used,
        latest=latest,
        changed=made is not None and used != latest,
        status=status.value if status else None,
    )


def _made(state: EventState, assessment: Assessment, file: str) -> MadeStatus | None:
    stored = content_of(state, assessment, file)
    if assessment.handler.kind == "triggered":
        return _brought(stored, assessment.handler) if stored else None
    made = state.made.get(assessment.handler.name)
    if made is None:
        return None
    return MadeStatus(
        fact=made.fact,
        at=made.at,
        code=made.code,
        wall_s=made.wall_s,
        version=stored.version if stored else None,
        **_by_hand(made.put),
    )


def _brought(stored: StoredFile, handler: HandlerSpec) -> MadeStatus | None:
    """Tell of a file from outside who put it there; None if a notice brought it."""
    if stored.put is None:
        return None
    return MadeStatus(
        fact=stored.fact,
        at=stored.put.at,
        code=handler.code,
        wall_s=0.0,
        version=stored.version,
        **_by_hand(stored.put),
    )


class _ByHand(TypedDict):
    put: bool
    by: str
    reason: str


def _by_hand(put: PutByHand | None) -> _ByHand:
    if put is None:
        return {"put": False, "by": "", "reason": ""}
    return {"put": True, "by": put.by, "reason": put.reason}


def _failure(state: EventState, assessment: Assessment) -> FailureStatus | None:
    need = assessment.need
    failure = failure_of(state, need.handler.name, need.id) if need else None
    if failure is None:
        return None
    return FailureStatus(
        error=failure.error,
        message=failure.message,
        attempt=failure.attempt,
        at=failure.at,
        retry_at=failure.retry_at,
    )


def _needs(state: EventState, assessment: Assessment, now: datetime) -> NeedStatus | None:
    need = assessment.need
    if need is None or assessment.status is Status.FAILED:
        return None
    failure = _failure(state, assessment)
    not_before = failure.retry_at if failure else None
    return NeedStatus(
        id=need.id,
        attempt=need.attempt,
        not_before=not_before,
        due=not_before is None or not_before <= now,
    )


def _waiting(assessor: Assessor, assessment: Assessment) -> Iterator[str]:
    """Go down the graph from an unfinished handler, through what it holds up."""
    if assessment.status in _DONE:
        return
    held = set(assessment.handler.files)
    for other in assessor.all():
        if other.status in _HELD_UP and any(
            dependency.file in held for dependency in other.handler.dependencies
        ):
            held.update(other.handler.files)
            yield from other.handler.files
