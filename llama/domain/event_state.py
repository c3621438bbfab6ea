"""`evolve`: the fold of an event's facts.

Every service folds the same facts with this one function, so all of them agree about which
result was accepted. It looks at nothing but the state and the message.
"""

from collections.abc import Iterable

from llama.domain.acts import AnyAct, act
from llama.domain.assessment import Need
from llama.domain.attempts import CANCELLED, concluded, concluded_of, failed, failure_of
from llama.domain.board import Board
from llama.domain.flags import TRIGGERED_PUBLIC, TRIGGERED_TEST, preset_changes
from llama.domain.needs import Assessor
from llama.domain.replacing import replace
from llama.domain.states import EventState, Failure, Made, NoticeRecord, Outcome
from llama.domain.storing import make, store
from schemas.facts import (
    Fact,
    FileExpired,
    FileFailed,
    FileGenerated,
    FileObsoleted,
    FilePut,
    PipelineAdopted,
    PipelineRequested,
    RunResult,
    TriggerReceived,
)

_WORK = FileGenerated | TriggerReceived | PipelineAdopted | FilePut
"""What makes an old event young again."""


def evolve(state: EventState, fact: Fact) -> EventState:
    """Return the state after one more fact; its `outcome` says what the fact did."""
    return evolved(Assessor(state), fact)


def evolved(board: Board, fact: Fact) -> EventState:
    """Return the state after one more fact; what a result is judged by may be at hand already."""
    state = board.state
    latest = max(state.as_of, fact.occurred_at)
    folded = _fold(board, fact)
    is_work = folded.outcome is Outcome.APPLIED and isinstance(fact, _WORK)
    worked_at = latest if is_work else state.worked_at
    return replace(folded, sequence=state.sequence + 1, as_of=latest, worked_at=worked_at)


def replay(event: str, facts: Iterable[Fact]) -> EventState:
    """Return the state that all facts of an event amount to."""
    state = EventState(event)
    for fact in facts:
        state = evolve(state, fact)
    return state


def _fold(board: Board, fact: Fact) -> EventState:
    # What is most frequent comes first: that something is of no class costs more than that it is.
    match fact:
        case FileGenerated():
            return _accept(board, fact)
        case FileObsoleted() | PipelineRequested():
            return replace(board.state, outcome=Outcome.IGNORED)
        case FileFailed():
            return _fail(board, fact)
        case _:
            return _fold_rare(board, fact)


def _fold_rare(
    board: Board, fact: TriggerReceived | PipelineAdopted | FileExpired | AnyAct
) -> EventState:
    match fact:
        case TriggerReceived():
            return _receive(board.state, fact)
        case PipelineAdopted():
            return _adopt(board.state, fact)
        case FileExpired():
            return _expire(board.state, fact)
        case _:
            return act(board, fact)


def _receive(state: EventState, fact: TriggerReceived) -> EventState:
    current = state.notice
    record = NoticeRecord(
        identity=fact.notice,
        alert_type=fact.alert_type,
        time_created=fact.time_created,
        event_time=fact.event_time,
        significant=fact.significant,
        is_test=fact.is_test,
        raw=fact.raw,
        fact=fact.id,
        files=fact.files,
        far=fact.far,
        classification=fact.classification,
    )
    if current is None or (current.is_test and not fact.is_test):
        state = _preset(state, fact)
    known = state.notices.get(fact.notice)
    if known is not None and known.age_key >= record.age_key:
        return replace(state, outcome=Outcome.REDUNDANT)
    received = replace(state, notices=state.notices.set(fact.notice, record))
    if current is not None and current.age_key > record.age_key:
        return replace(received, outcome=Outcome.IGNORED)
    stored = store(received, fact.files, fact)
    return replace(stored, current_notice=fact.notice, outcome=Outcome.APPLIED)


def _preset(state: EventState, fact: TriggerReceived) -> EventState:
    """Set the flags that fit a first (real) notice, but for those that somebody has set already."""
    preset = TRIGGERED_TEST if fact.is_test else TRIGGERED_PUBLIC
    changes = preset_changes(preset, keep=state.flags_set)
    return replace(state, flags=state.flags.changed(changes))


def _adopt(state: EventState, fact: PipelineAdopted) -> EventState:
    if fact.epoch <= state.epoch:
        same = state.manifest is not None and state.manifest.digest == fact.manifest.digest
        return replace(state, outcome=Outcome.REDUNDANT if same else Outcome.IGNORED)
    return replace(state, epoch=fact.epoch, manifest=fact.manifest, outcome=Outcome.APPLIED)


def _accept(board: Board, fact: FileGenerated) -> EventState:
    state, need = board.state, _need(board, fact)
    if need is None or need.id != fact.need or need.attempt != fact.attempt:
        return _refuse(state, fact)
    if _is_cancelled(state, need):
        return _refuse(state, fact)
    if need.handler.files != tuple(content.file for content in fact.files):
        return _refuse(state, fact)
    made = Made(
        fact=fact.id,
        need=fact.need,
        code=fact.code,
        inputs=fact.inputs,
        files={content.file: content.digest for content in fact.files},
        at=fact.occurred_at,
        wall_s=fact.wall_s,
        valid_until=fact.valid_until,
    )
    return make(state, fact, made)


def _expire(state: EventState, fact: FileExpired) -> EventState:
    made = state.made.get(fact.handler)
    if made is None or made.fact != fact.generation or fact.handler in state.expired:
        return replace(state, outcome=Outcome.REDUNDANT)
    return replace(
        state,
        expired=state.expired.set(fact.handler, None),
        requests=state.requests.set(fact.handler, fact.id),
        outcome=Outcome.APPLIED,
    )


def _fail(board: Board, fact: FileFailed) -> EventState:
    state, need = board.state, _need(board, fact)
    if need is None or need.id != fact.need or need.attempt != fact.attempt:
        return _refuse(state, fact)
    if _is_cancelled(state, need):
        return _refuse(state, fact)
    failure = Failure(
        need=fact.need,
        attempt=fact.attempt,
        number=need.failures + 1,
        error=fact.error,
        message=fact.message,
        at=fact.occurred_at,
        retry_at=fact.retry_at,
    )
    after = failed(_conclude(state, fact), fact.handler, failure)
    return replace(after, outcome=Outcome.APPLIED)


def _need(board: Board, fact: RunResult) -> Need | None:
    """Return the run that the handler needed when its result came, if any."""
    assessed = board.named(fact.handler)
    return assessed.need if assessed else None


def _is_cancelled(state: EventState, need: Need) -> bool:
    failure = failure_of(state, need.handler.name, need.id)
    return failure is not None and failure.error == CANCELLED


def _refuse(state: EventState, fact: RunResult) -> EventState:
    made = state.made.get(fact.handler)
    last = concluded_of(state, fact.handler, fact.need)
    if (made is not None and made.need == fact.need) or fact.attempt <= last:
        return replace(state, outcome=Outcome.REDUNDANT)
    return replace(_conclude(state, fact), outcome=Outcome.SUPERSEDED)


def _conclude(state: EventState, fact: RunResult) -> EventState:
    return concluded(state, fact.handler, fact.need, fact.attempt)
