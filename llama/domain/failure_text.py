"""A failure in words, on one line: what failed, the reason, and when it is tried again."""

from datetime import datetime

from llama.domain.in_brief import in_brief
from llama.domain.states import Failure


def failure_text(failure: Failure, *, longest: int | None = None) -> str:
    """Return a failure in words, with at most so many characters of its reason.

    Where an error was raised is left out: the failure itself keeps the whole message.
    """
    said = in_brief(f"{failure.error}: {failure.message}")
    then = again(failure.retry_at)
    return f"{shortened(said, longest)} ({then})" if then else shortened(said, longest)


def again(at: datetime | None) -> str:
    """Say when something is tried again; nothing if it is not."""
    return f"again at {at:%Y-%m-%d %H:%M:%S} UTC" if at else ""


def shortened(text: str, longest: int | None) -> str:
    """Return the beginning of a text, marked as such if that is not all of it."""
    return text if longest is None or len(text) <= longest else f"{text[:longest]}..."
