"""What operators' acts do to an event's state; each counts once, however often it is told."""

from typing import assert_never

from llama.domain.attempts import CANCELLED, failed
from llama.domain.board import Board
from llama.domain.persistent import Map, names_of, without
from llama.domain.replacing import replace
from llama.domain.states import EventState, Failure, Made, Outcome
from llama.domain.storing import changed_at, make, put_by, store
from schemas.facts import (
    Act,
    FileDeleted,
    FileFrozen,
    FilePut,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    RunCancelled,
)
from schemas.files import HandlerSpec

AnyAct = (
    FlagsChanged | FileVetoed | FileFrozen | FileDeleted | FileRequested | FilePut | RunCancelled
)


def act(board: Board, fact: AnyAct) -> EventState:
    """Return the state after an act; its `outcome` says whether it did anything."""
    state = board.state
    if fact.id in state.acts:
        return replace(state, outcome=Outcome.REDUNDANT)
    acted = _acted(board, fact)
    acts = state.acts.set(fact.id, None)
    if acted is None:
        return replace(state, acts=acts, outcome=Outcome.IGNORED)
    return replace(acted, acts=acts, outcome=Outcome.APPLIED)


def _acted(board: Board, fact: AnyAct) -> EventState | None:
    """Return what an act changes; None if there is nothing for it to act upon."""
    if isinstance(fact, FlagsChanged):
        return _flag(board.state, fact)
    spec = board.wiring.by_name.get(fact.handler)
    if isinstance(fact, FilePut):
        return _put(board, fact, spec)
    # What comes from outside is nobody's to make, so there is nothing to forbid or repeat.
    return None if spec is not None and spec.kind == "triggered" else _switch(board, fact, spec)


def _flag(state: EventState, fact: FlagsChanged) -> EventState:
    named = names_of(name.value for name in fact.changes)
    flags = state.flags.changed(fact.changes)
    return replace(state, flags=flags, flags_set=state.flags_set.update(named))


def _switch(
    board: Board,
    fact: FileVetoed | FileFrozen | FileDeleted | FileRequested | RunCancelled,
    spec: HandlerSpec | None,
) -> EventState | None:
    state = board.state
    match fact:
        case FileVetoed():
            return replace(state, vetoed=_switched(state.vetoed, fact, on=fact.vetoed))
        case FileFrozen():
            return replace(state, frozen=_switched(state.frozen, fact, on=fact.frozen))
        case FileRequested():
            return replace(state, requests=state.requests.set(fact.handler, fact.id))
        case FileDeleted():
            # An operator keeps it as it is: who wants it gone lets it go first.
            return None if fact.handler in state.frozen else _delete(state, fact, spec)
        case RunCancelled():
            return _cancel(board, fact)
        case _:
            assert_never(fact)


def _switched(reasons: Map[str, str], fact: Act, *, on: bool) -> Map[str, str]:
    return reasons.set(fact.handler, fact.reason) if on else without(reasons, [fact.handler])


def _delete(state: EventState, fact: FileDeleted, spec: HandlerSpec | None) -> EventState:
    gone = names_of(file for file in (spec.files if spec else ()) if file in state.files)
    is_change = any(file not in state.deleted for file in gone)
    return replace(
        changed_at(state, fact.occurred_at) if is_change else state,
        deleted=state.deleted.update(gone),
        requests=state.requests.set(fact.handler, fact.id),
    )


def _cancel(board: Board, fact: RunCancelled) -> EventState | None:
    """Let the present need fail for good: another input, or a request, is another need.

    A need that is nothing but a request is taken back: the files are what they were before it.
    """
    state, assessed = board.state, board.named(fact.handler)
    if assessed is None or assessed.need is None:
        return None
    if assessed.is_only_asked:
        return replace(state, requests=without(state.requests, [fact.handler]))
    need = assessed.need
    failure = Failure(
        need=need.id,
        attempt=need.attempt,
        number=need.failures,
        error=CANCELLED,
        message=fact.reason or "an operator did not want it",
        at=fact.occurred_at,
        retry_at=None,
    )
    return failed(state, fact.handler, failure)


def _put(board: Board, fact: FilePut, spec: HandlerSpec | None) -> EventState | None:
    state = board.state
    if spec is None:
        # Before a pipeline is adopted nobody knows whose file it is: its maker finds it foreign.
        return store(state, fact.files, fact) if state.manifest is None else None
    names = {content.file for content in fact.files}
    if fact.handler in state.frozen or not names <= set(spec.files):
        return None
    if spec.kind == "triggered":
        return store(state, fact.files, fact)
    return _made_by_hand(board, fact, spec)


def _made_by_hand(board: Board, fact: FilePut, spec: HandlerSpec) -> EventState:
    state = board.state
    digests = {
        file: stored.content.digest for file in spec.files if (stored := state.tree_file(file))
    }
    made = Made(
        fact=fact.id,
        need="",
        code=spec.code,
        inputs=board.inputs_of(spec),
        files=digests | {content.file: content.digest for content in fact.files},
        at=fact.occurred_at,
        wall_s=0.0,
        put=put_by(fact),
    )
    return make(state, fact, made)
