"""What an act would do to an event, seen before it is sent."""

from dataclasses import replace

from llama.client.acting.orders import HandlerAct, OrderedFact
from llama.domain.assessment import Status
from llama.domain.event_state import evolve
from llama.domain.needs import Assessor
from llama.domain.states import EventState, Outcome
from schemas.facts import FileDeleted, FilePut, FlagsChanged, PipelineRequested, RunCancelled
from schemas.files import HandlerSpec

FAILURES = frozenset({Status.FAILED, Status.COOLING})
"""What can be retried."""


def foretold(state: EventState, fact: OrderedFact) -> EventState:
    """Return the state as an act would leave it."""
    return evolve(state, fact)


def is_so_already(state: EventState, fact: OrderedFact) -> bool:
    """Tell whether all would stay as it is."""
    if isinstance(fact, PipelineRequested):
        return False  # The resolver answers it, and alone knows what is deployed.
    after = foretold(state, fact)
    before = replace(
        state,
        sequence=after.sequence,
        acts=after.acts,
        outcome=after.outcome,
        as_of=after.as_of,
        worked_at=after.worked_at,
    )
    return after.outcome is Outcome.APPLIED and after == before


def trimmed(state: EventState, fact: OrderedFact) -> OrderedFact:
    """Leave out of a change of flags those that have their values already.

    So it cannot take back what somebody else changes at the same time. Before the first notice a
    value may be said though it is the default: it will withstand the notice's preset.
    """
    if not isinstance(fact, FlagsChanged):
        return fact
    now = state.flags.as_mapping()
    new = {
        name: value
        for name, value in fact.changes.items()
        if now[name.value] != value or (not state.notices and name.value not in state.flags_set)
    }
    return fact.model_copy(update={"changes": new})


def hindrance(state: EventState, fact: OrderedFact) -> str:
    """Say why an act would have no effect; nothing if it would have one."""
    if isinstance(fact, PipelineRequested | FlagsChanged):
        return ""
    if foretold(state, fact).outcome is not Outcome.IGNORED and not _is_over(state, fact):
        return ""
    spec = next((one for one in _specs(state) if one.name == fact.handler), None)
    if spec is None:
        return f"the pipeline of {state.event} has no handler {fact.handler}"
    return _hindrance(state, fact, spec)


def _is_over(state: EventState, fact: HandlerAct) -> bool:
    """Tell whether a run is to be cancelled that has failed for good already."""
    assessed = Assessor(state).named(fact.handler)
    if assessed is None or assessed.is_only_asked:
        return False
    return assessed.status is Status.FAILED and isinstance(fact, RunCancelled)


def _hindrance(state: EventState, fact: HandlerAct, spec: HandlerSpec) -> str:
    files = " and ".join(spec.files)
    if isinstance(fact, FilePut | FileDeleted) and spec.name in state.frozen:
        unfreeze = f"llama unfreeze {state.event} {spec.files[0]} --reason TEXT"
        return f"{files} is frozen: `{unfreeze}` first"
    if isinstance(fact, FilePut):
        return f"{spec.name} makes {files}, and nothing else can be put in its name"
    if spec.kind == "triggered":
        return f"{files} comes from outside: nobody makes it"
    if isinstance(fact, RunCancelled):
        return f"no run of {spec.name} is wanted: {files} is {status_of(state, spec)}"
    return f"{files} is {status_of(state, spec)}"


def unfailed(state: EventState, fact: OrderedFact) -> str:
    """Say why there is nothing to retry; nothing if the last run has failed."""
    if isinstance(fact, PipelineRequested | FlagsChanged):
        return ""
    assessed = Assessor(state).named(fact.handler)
    if assessed is None or assessed.status in FAILURES:
        return ""
    files = " and ".join(assessed.handler.files)
    if assessed.handler.kind == "triggered":
        return f"{files} comes from outside: nobody makes it"
    return (
        f"{files} is {assessed.status}, it has not failed: "
        f"`llama make {state.event} {assessed.handler.files[0]} --force` makes it again"
    )


def status_of(state: EventState, spec: HandlerSpec) -> str:
    """Return the status of a handler's files in a word."""
    return Assessor(state).of(spec).status.value


def _specs(state: EventState) -> tuple[HandlerSpec, ...]:
    return state.manifest.handlers if state.manifest else ()
