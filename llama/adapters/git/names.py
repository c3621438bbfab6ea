"""Names that may reach a git command stream: checked here, whatever was checked before."""

import re
from collections.abc import Sequence

from pydantic import TypeAdapter

from llama.domain.revisions import NewRevision
from schemas.base import EventId, FileName

_EVENT: TypeAdapter[str] = TypeAdapter(EventId)
_FILE: TypeAdapter[str] = TypeAdapter(FileName)
_COMMIT = re.compile(r"[0-9a-f]{40}")
NAMESPACES = "refs/namespaces"
HEAD = "refs/heads/main"


def checked_event(event: str) -> str:
    """Return an event's name; ValueError if it is none."""
    return _EVENT.validate_python(event)


def ref_of(event: str) -> str:
    """Return the ref with an event's head; ValueError if it is no event's name.

    The namespace makes it `refs/heads/main` for whoever is served this event alone.
    """
    return f"{NAMESPACES}/{checked_event(event)}/{HEAD}"


def event_of(ref: str) -> str | None:
    """Return the event whose head a ref is; None for any other ref."""
    found = re.fullmatch(rf"{NAMESPACES}/([^/]+)/{HEAD}", ref)
    return found[1] if found else None


def checked_file(file: str) -> str:
    """Return a file's name; ValueError if it is none."""
    return _FILE.validate_python(file)


def checked_commit(commit: str) -> str:
    """Return a commit's hash; ValueError if it is none."""
    if not _COMMIT.fullmatch(commit):
        raise ValueError(f"{commit!r} is no commit: give 40 lower-case hex digits")
    return commit


def check(revisions: Sequence[NewRevision]) -> None:
    """Raise ValueError if any name of a revision is not what it must be."""
    for revision in revisions:
        ref_of(revision.event)
        checked_commit(revision.commit)
        if revision.parent is not None:
            checked_commit(revision.parent)
        for file in revision.changed:
            checked_file(file)
