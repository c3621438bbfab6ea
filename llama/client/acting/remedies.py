"""What to do about files that are not current and will not become so by themselves."""

from collections.abc import Mapping
from types import MappingProxyType

from llama.domain.assessment import Assessment, Status
from llama.domain.states import EventState

_REMEDIES: Mapping[Status, str] = MappingProxyType(
    {
        Status.CURRENT: "",
        Status.FROZEN: "`llama unfreeze {event} {file} --reason TEXT` lets it follow its inputs",
        Status.MASKED: "a newer notice lifts this, and nothing else",
        Status.FAILED: "`llama why {event} {file}` tells the whole error: mend its cause first",
        Status.COOLING: "`llama retry {event} {file} --reason TEXT` does not wait for that",
    }
)
_OTHERWISE = "`llama why {event} {file}` tells what it waits for"


def remedy(state: EventState, assessed: Assessment) -> str:
    """Say what an operator can do so that a handler's files become current; in one line."""
    event, file = state.event, assessed.handler.files[0]
    if assessed.handler.kind == "triggered":
        return f"{file} comes from outside and nobody makes it: `llama ingest` a notice"
    if assessed.status is Status.VETOED:
        return _unveto(state, assessed)
    return _REMEDIES.get(assessed.status, _OTHERWISE).format(event=event, file=file)


def _unveto(state: EventState, assessed: Assessment) -> str:
    event, file = state.event, assessed.handler.files[0]
    if state.flags.VETOED and not assessed.handler.speaks_when_withdrawn:
        return f"`llama unveto {event} --reason TEXT` allows all work on the event again"
    if assessed.handler.name in state.vetoed:
        return f"`llama unveto {event} {file} --reason TEXT` allows it again"
    return f"it is a rule of the pipeline, which `llama why {event} {file}` tells"
