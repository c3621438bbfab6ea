"""How the domain's values stand in a column: JSON text, exactly what was put in; states packed."""

import zlib
from typing import NamedTuple

from pydantic import TypeAdapter

from llama.domain.digests import digest_bytes
from llama.domain.replacing import replace
from llama.domain.revisions import Head
from llama.domain.shared_manifests import shared
from llama.domain.states import EventState
from llama.domain.work import Task

_STATE: TypeAdapter[EventState] = TypeAdapter(EventState)
_TASK: TypeAdapter[Task] = TypeAdapter(Task)
_TREE: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])
_QUICKLY = 1
"""States are full of digests: more effort makes them hardly smaller."""


def state_text(state: EventState) -> str:
    """Write a state."""
    return _STATE.dump_json(state).decode()


class PackedState(NamedTuple):
    """A state as it is kept."""

    digest: str
    """SHA-256 of its text."""
    content: bytes
    """Its text, compressed."""


def pack_state(state: EventState) -> PackedState:
    """Write a state as it is kept."""
    text = state_text(state).encode()
    return PackedState(digest_bytes(text), zlib.compress(text, _QUICKLY))


def read_state(kept: bytes) -> EventState:
    """Read a state as it is kept, or was by a release that did not compress it."""
    state = _STATE.validate_json(kept if kept.startswith(b"{") else zlib.decompress(kept))
    return replace(state, manifest=shared(state.manifest)) if state.manifest else state


def task_text(task: Task) -> str:
    """Write a task."""
    return _TASK.dump_json(task).decode()


def read_task(text: str) -> Task:
    """Read a task."""
    return _TASK.validate_json(text)


def tree_text(head: Head) -> str:
    """Write the tree of a head."""
    return _TREE.dump_json(dict(head.tree)).decode()


def read_tree(text: str) -> dict[str, str]:
    """Read the tree of a head."""
    return _TREE.validate_json(text)
