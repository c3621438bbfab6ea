"""How the story of a seed names things."""

from collections.abc import Mapping

from llama.domain.work import Task
from schemas.base import EventMessage


def label(task: Task) -> str:
    """Name a task."""
    return f"{task.handler.name} for {task.need[:6]}.{task.attempt}"


def in_words(said: object) -> str:
    """Name anything in one line."""
    return _short(said) if isinstance(said, EventMessage) else str(said)


def _short(fact: EventMessage) -> str:
    told: Mapping[str, object] = fact.model_dump(mode="json")
    words = [f"{name} {told[name]}" for name in _TOLD if name in told]
    said = ", ".join([*words, *_digests(told)])
    return f"{type(fact).__name__} {fact.id[:12]} of {fact.event} {said}"


_TOLD = (
    "alert_type",
    "time_created",
    "epoch",
    "handler",
    "attempt",
    "code",
    "error",
    "retry_at",
    "vetoed",
    "frozen",
    "changes",
)


def _digests(told: Mapping[str, object]) -> list[str]:
    inputs, files = told.get("inputs"), told.get("files")
    used = inputs.items() if isinstance(inputs, Mapping) else ()
    words = [f"{name}={str(digest)[:6]}" for name, digest in used]
    kept = files if isinstance(files, list) else []
    return words + [f"{one['file']}:{one['digest'][:6]}" for one in kept if isinstance(one, dict)]
