"""Says of what is valid now that something is left out: files that a retraction hides."""

from llama.cli.output import progress
from llama.client.local.edits import visible
from llama.domain.states import EventState


def hidden_files(state: EventState) -> list[str]:
    """Return the files that the event has, and that nobody is to use."""
    shown = visible(state)
    return sorted(name for name in state.tree if name not in shown)


def say_hidden(state: EventState) -> None:
    """Say, on standard error, which files are hidden, if any are, and how to have them."""
    hidden = hidden_files(state)
    if not hidden:
        return
    why = "is retracted" if state.is_retracted else "has masked files"
    count = f"{len(hidden)} file{'s are' if len(hidden) > 1 else ' is'} hidden"
    progress(
        f"{state.event} {why}: {count} ({', '.join(hidden)}); the history has them: "
        f"`llama show {state.event} {hidden[0]}`, `llama tarball {state.event} --commit HEAD`"
    )
