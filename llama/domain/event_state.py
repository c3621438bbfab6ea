"""`evolve`: the fold of an event's facts.

Every service folds the same facts with this one function, so all of them agree about which
result was accepted. It looks at nothing but the state and the message.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar, assert_never

from llama.domain.needs import need_of
from llama.domain.states import EventState, Failure, Made, NoticeRecord, Outcome, StoredFile
from schemas.facts import (
    Act,
    Fact,
    FileDeleted,
    FileFailed,
    FileFrozen,
    FileGenerated,
    FileObsoleted,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    PipelineAdopted,
    RunResult,
    TriggerReceived,
)
from schemas.files import FileContent

Value = TypeVar("Value")


def evolve(state: EventState, fact: Fact) -> EventState:
    """Return the state after one more fact; its `outcome` says what the fact did."""
    latest = max(state.as_of, fact.occurred_at)
    return replace(_fold(state, fact), sequence=state.sequence + 1, as_of=latest)


def replay(event: str, facts: Iterable[Fact]) -> EventState:
    """Return the state that all facts of an event amount to."""
    state = EventState(event)
    for fact in facts:
        state = evolve(state, fact)
    return state


def _fold(state: EventState, fact: Fact) -> EventState:
    match fact:
        case TriggerReceived():
            return _receive(state, fact)
        case PipelineAdopted():
            return _adopt(state, fact)
        case FileGenerated():
            return _accept(state, fact)
        case FileFailed():
            return _fail(state, fact)
        case FlagsChanged() | FileVetoed() | FileFrozen() | FileDeleted() | FileRequested():
            return _act(state, fact)
        case FileObsoleted():
            return replace(state, outcome=Outcome.IGNORED)
        case _:
            assert_never(fact)


def _receive(state: EventState, fact: TriggerReceived) -> EventState:
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
    )
    if not state.notices and fact.is_test:
        state = replace(state, flags=replace(state.flags, ROLE="test"))
    known = state.notices.get(fact.notice)
    if known is not None and known.age_key >= record.age_key:
        return replace(state, outcome=Outcome.REDUNDANT)
    received = replace(state, notices={**state.notices, fact.notice: record})
    current = state.notice
    if current is not None and current.age_key > record.age_key:
        return replace(received, outcome=Outcome.IGNORED)
    stored = _store(received, fact.files, fact)
    return replace(stored, current_notice=fact.notice, outcome=Outcome.APPLIED)


def _adopt(state: EventState, fact: PipelineAdopted) -> EventState:
    if fact.epoch <= state.epoch:
        same = state.manifest is not None and state.manifest.digest == fact.manifest.digest
        return replace(state, outcome=Outcome.REDUNDANT if same else Outcome.IGNORED)
    return replace(state, epoch=fact.epoch, manifest=fact.manifest, outcome=Outcome.APPLIED)


def _accept(state: EventState, fact: FileGenerated) -> EventState:
    need = need_of(state, fact.handler)
    if need is None or need.id != fact.need:
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
    )
    stored = _store(state, fact.files, fact)
    return replace(
        stored,
        made={**state.made, fact.handler: made},
        failures=_without(state.failures, fact.handler),
        attempts=_without(state.attempts, fact.handler),
        requests=_without(state.requests, fact.handler),
        outcome=Outcome.APPLIED,
    )


def _fail(state: EventState, fact: FileFailed) -> EventState:
    need = need_of(state, fact.handler)
    if need is None or need.id != fact.need or need.attempt != fact.attempt:
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
    return replace(
        _conclude(state, fact),
        failures={**state.failures, fact.handler: failure},
        outcome=Outcome.APPLIED,
    )


def _refuse(state: EventState, fact: RunResult) -> EventState:
    made = state.made.get(fact.handler)
    concluded = state.attempts.get(fact.handler, {}).get(fact.need, 0)
    if (made is not None and made.need == fact.need) or fact.attempt <= concluded:
        return replace(state, outcome=Outcome.REDUNDANT)
    return replace(_conclude(state, fact), outcome=Outcome.SUPERSEDED)


def _conclude(state: EventState, fact: RunResult) -> EventState:
    """Count a run in vain, so that the same need, should it come back, gets a run of its own."""
    counts = state.attempts.get(fact.handler, {})
    counted = {**counts, fact.need: max(counts.get(fact.need, 0), fact.attempt)}
    return replace(state, attempts={**state.attempts, fact.handler: counted})


def _act(state: EventState, fact: FlagsChanged | Act) -> EventState:
    if fact.id in state.acts:
        return replace(state, outcome=Outcome.REDUNDANT)
    if isinstance(fact, Act) and fact.handler in _triggered(state):
        # What comes with a notice is nobody's to make, so there is nothing to forbid or repeat.
        return replace(state, outcome=Outcome.IGNORED)
    acted = _switch(state, fact)
    return replace(acted, acts=state.acts | {fact.id}, outcome=Outcome.APPLIED)


def _switch(state: EventState, fact: FlagsChanged | Act) -> EventState:
    match fact:
        case FlagsChanged():
            return replace(state, flags=state.flags.changed(fact.changes))
        case FileVetoed():
            return replace(state, vetoed=_switched(state.vetoed, fact, on=fact.vetoed))
        case FileFrozen():
            return replace(state, frozen=_switched(state.frozen, fact, on=fact.frozen))
        case FileRequested():
            return replace(state, requests={**state.requests, fact.handler: fact.id})
        case FileDeleted():
            return _delete(state, fact)
        case _:
            return state


def _triggered(state: EventState) -> set[str]:
    handlers = state.manifest.handlers if state.manifest else ()
    return {handler.name for handler in handlers if handler.kind == "triggered"}


def _switched(reasons: Mapping[str, str], fact: Act, *, on: bool) -> Mapping[str, str]:
    return {**reasons, fact.handler: fact.reason} if on else _without(reasons, fact.handler)


def _delete(state: EventState, fact: FileDeleted) -> EventState:
    handlers = state.manifest.handlers if state.manifest else ()
    gone = {file for spec in handlers if spec.name == fact.handler for file in spec.files}
    return replace(
        state,
        deleted=state.deleted | (gone & state.files.keys()),
        requests={**state.requests, fact.handler: fact.id},
    )


def _store(state: EventState, contents: tuple[FileContent, ...], fact: Fact) -> EventState:
    files = dict(state.files)
    for content in contents:
        previous = files.get(content.file)
        if previous is not None and previous.content.digest == content.digest:
            files[content.file] = replace(previous, content=content)
            continue
        version = previous.version + 1 if previous else 0
        files[content.file] = StoredFile(content, version, fact.id, fact.occurred_at)
    here = {content.file for content in contents}
    return replace(state, files=files, deleted=state.deleted - here)


def _without(mapping: Mapping[str, Value], key: str) -> Mapping[str, Value]:
    return {name: value for name, value in mapping.items() if name != key}
