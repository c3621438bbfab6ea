"""What became of the runs for each need of a handler, as long as a need may come back.

Inputs may change and change back, so a handler has needs beside that of the moment. All are over
when a result of the handler is accepted: its id is part of every need after that.
"""

from collections.abc import Mapping

from llama.domain.persistent import without
from llama.domain.replacing import replace
from llama.domain.states import EventState, Failure

MOST_NEEDS = 16
"""So many needs of a handler are remembered each by itself, whatever its inputs do: a state must
not grow for ever. A need that was forgotten and comes back has all its tries before it."""
CANCELLED = "cancelled"
"""The error of a run that an operator did not want."""
_ANY = ""
"""Stands among the needs of a handler for those that are not counted by themselves any more."""


def failure_of(state: EventState, handler: str, need: str) -> Failure | None:
    """Return the latest failure for a need, if there was one."""
    return state.failures.get(handler, {}).get(need)


def concluded_of(state: EventState, handler: str, need: str) -> int:
    """Return the number of the last attempt that may have been concluded in vain for a need."""
    counts = state.attempts.get(handler, {})
    return max(counts.get(need, 0), counts.get(_ANY, 0))


def failed(state: EventState, handler: str, failure: Failure) -> EventState:
    """Return the state in which a need has failed."""
    earlier = {**state.failures.get(handler, {})}
    earlier.pop(failure.need, None)
    failures = {**_bounded(earlier), failure.need: failure}
    return replace(state, failures=state.failures.set(handler, failures))


def concluded(state: EventState, handler: str, need: str, attempt: int) -> EventState:
    """Count a run in vain, so that the same need, should it come back, gets a run of its own."""
    counts = state.attempts.get(handler, {})
    counted = {**counts, need: max(counts.get(need, 0), attempt)}
    if len(counted) > MOST_NEEDS:
        # Higher numbers than needed do no harm: an id that served another run would.
        counted = {_ANY: max(counted.values())}
    return replace(state, attempts=state.attempts.set(handler, counted))


def cleared(state: EventState, handler: str) -> EventState:
    """Return the state in which no need of a handler has been tried."""
    if handler not in state.failures and handler not in state.attempts:
        return state
    return replace(
        state,
        failures=without(state.failures, [handler]),
        attempts=without(state.attempts, [handler]),
    )


def _bounded(failures: Mapping[str, Failure]) -> Mapping[str, Failure]:
    """Make room for one more: forget what failed first, but never what somebody cancelled."""
    failed = [one for one in failures.values() if one.error != CANCELLED]
    if len(failed) < MOST_NEEDS:
        return failures
    # By what they say and not by their order: equal states must go on alike.
    first = min(failed, key=lambda failure: (failure.at, failure.need))
    return {need: one for need, one in failures.items() if need != first.need}
