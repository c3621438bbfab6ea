"""What has changed since a handler's files were made."""

from llama.domain.states import Made
from schemas.facts import Change
from schemas.files import HandlerSpec, InputDigests


def changes_since(
    made: Made | None, handler: HandlerSpec, latest: InputDigests
) -> tuple[Change, ...]:
    """Return what differs between the last accepted run and the latest inputs and code."""
    if made is None:
        return ()
    changed = [
        Change(input=name, was=made.inputs.get(name), now=latest.get(name))
        for name in sorted(made.inputs.keys() | latest.keys())
        if made.inputs.get(name) != latest.get(name)
    ]
    if made.code != handler.code:
        changed.append(Change(input="code", was=made.code, now=handler.code))
    return tuple(changed)


def describe(change: Change) -> str:
    """Say in words what changed."""
    if change.was is None:
        return f"{change.input} is new"
    if change.now is None:
        return f"{change.input} is gone"
    return f"{change.input} changed from {change.was[:8]} to {change.now[:8]}"
