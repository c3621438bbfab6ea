"""How the domain's values stand in a column: JSON text, exactly what was put in."""

from pydantic import TypeAdapter

from llama.domain.revisions import Head
from llama.domain.states import EventState
from llama.domain.work import Task

_STATE: TypeAdapter[EventState] = TypeAdapter(EventState)
_TASK: TypeAdapter[Task] = TypeAdapter(Task)
_TREE: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])


def state_text(state: EventState) -> str:
    """Write a state."""
    return _STATE.dump_json(state).decode()


def read_state(text: str) -> EventState:
    """Read a state."""
    return _STATE.validate_json(text)


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
