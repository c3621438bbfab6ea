"""How contents take their place in an event's state."""

from datetime import datetime

from llama.domain.attempts import cleared
from llama.domain.contents import Bringing
from llama.domain.persistent import without
from llama.domain.replacing import replace
from llama.domain.states import EventState, Made, Outcome, PutByHand, StoredFile
from schemas.facts import FileGenerated, FilePut
from schemas.files import FileContent


def make(state: EventState, fact: FileGenerated | FilePut, made: Made) -> EventState:
    """Return the state in which a handler's files are these; whatever was asked for is done."""
    return replace(
        cleared(state, fact.handler),
        **_storing(state, fact.files, fact),
        made=state.made.set(fact.handler, made),
        requests=without(state.requests, [fact.handler]),
        expired=without(state.expired, [fact.handler]),
        outcome=Outcome.APPLIED,
    )


def store(state: EventState, contents: tuple[FileContent, ...], fact: Bringing) -> EventState:
    """Return the state with these contents; an equal one keeps its version."""
    return replace(state, **_storing(state, contents, fact))


def _storing(
    state: EventState, contents: tuple[FileContent, ...], fact: Bringing
) -> dict[str, object]:
    """Return what becomes another of a state: a copy of all of it costs more than the rest."""
    files = state.files
    for content in contents:
        files = files.set(content.file, _stored(files.get(content.file), content, fact))
    deleted = without(state.deleted, (content.file for content in contents))
    times = _times(state, fact.occurred_at) if _differs(state, contents) else {}
    return {"files": files, "deleted": deleted, **times}


def changed_at(state: EventState, at: datetime) -> EventState:
    """Return the state, knowing that its tree has just changed."""
    return replace(state, **_times(state, at))


def _times(state: EventState, at: datetime) -> dict[str, object]:
    return {"first_file_at": state.first_file_at or at, "tree_changed_at": at}


def _differs(state: EventState, contents: tuple[FileContent, ...]) -> bool:
    here = ((content, state.tree_file(content.file)) for content in contents)
    return any(file is None or file.content.digest != content.digest for content, file in here)


def _stored(previous: StoredFile | None, content: FileContent, fact: Bringing) -> StoredFile:
    if previous is not None and previous.content.digest == content.digest:
        return replace(previous, content=content)
    version = previous.version + 1 if previous else 0
    put = put_by(fact) if isinstance(fact, FilePut) else None
    return StoredFile(content, version, fact.id, fact.occurred_at, put)


def put_by(fact: FilePut) -> PutByHand:
    """Return who put files in place, when, and why."""
    return PutByHand(fact.by, fact.occurred_at, fact.reason)
