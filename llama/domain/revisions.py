"""A revision is a function of the fact: the git objects of a history, computed without git.

The object formats are git's own (blob, tree, commit; SHA-1 of `type size NUL body`). Because the
hash follows from the facts and the bytes alone, a rebuilt history has equal hashes, and a history
can be checked against the log.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from llama.domain.states import EventState
from schemas.facts import Fact, FileGenerated, TriggerReceived

IDENTITY = "LLAMA <llama@localhost>"
"""Author and committer of every revision: nobody's machine or account is in a history."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest revision of an event's history."""

    commit: str
    number: int
    """0 for the first."""
    tree: Mapping[str, str]
    """Blob id by file name."""


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A change of an event's files that is to be a commit."""

    event: str
    commit: str
    """The hash that it must get."""
    parent: str | None
    """The commit before it; None for the event's first."""
    changed: Mapping[str, bytes | None]
    """New bytes by file name; None for a file that is gone."""
    message: str
    at: datetime
    """The commit's dates: when the fact occurred."""


def revise(
    head: Head | None, event: str, changed: Mapping[str, bytes | None], *, fact: Fact
) -> tuple[NewRevision, Head]:
    """Return the commit that a fact amounts to, and the head after it."""
    tree = dict(head.tree) if head else {}
    for file, content in changed.items():
        if content is None:
            tree.pop(file, None)
        else:
            tree[file] = blob_id(content)
    parent = head.commit if head else None
    message = message_of(fact, changed)
    commit = commit_id(tree_id(tree), parent, message, at=fact.occurred_at)
    revision = NewRevision(event, commit, parent, changed, message, fact.occurred_at)
    return revision, Head(commit, head.number + 1 if head else 0, tree)


def changed_files(before: EventState, after: EventState) -> dict[str, str | None]:
    """Return the digests of the files that a fact changed; None for those that are gone."""
    if after.files is before.files and after.deleted is before.deleted:
        return {}
    was = {name: stored.content.digest for name, stored in before.tree.items()}
    now = {name: stored.content.digest for name, stored in after.tree.items()}
    return {name: now.get(name) for name in sorted(was | now) if was.get(name) != now.get(name)}


def message_of(fact: Fact, changed: Mapping[str, bytes | None]) -> str:
    """Return the commit message: what happened, and the fact's ids as trailers."""
    match fact:
        case TriggerReceived():
            subject = f"{fact.alert_type} notice of {fact.time_created:%Y-%m-%dT%H:%M:%SZ}"
        case FileGenerated():
            subject = f"{fact.handler} made {', '.join(sorted(changed))}"
        case _:
            subject = f"{fact.kind}: {', '.join(sorted(changed))}"
    trailers = [f"Message: {fact.id}"] + ([f"Cause: {fact.cause}"] if fact.cause else [])
    return f"{subject}\n\n" + "\n".join(trailers) + "\n"


def blob_id(content: bytes) -> str:
    """Return git's name for some bytes."""
    return _object_id("blob", content)


def tree_id(tree: Mapping[str, str]) -> str:
    """Return git's name for a flat folder of plain files, given their blob ids."""
    rows = [
        f"100644 {name}".encode() + b"\0" + bytes.fromhex(blob)
        for name, blob in sorted(tree.items(), key=lambda entry: entry[0].encode())
    ]
    return _object_id("tree", b"".join(rows))


def commit_id(tree: str, parent: str | None, message: str, *, at: datetime) -> str:
    """Return git's name for a commit of the fixed identity."""
    lines = [f"tree {tree}", *([f"parent {parent}"] if parent else [])]
    signature = f"{IDENTITY} {int(at.timestamp())} +0000"
    lines += [f"author {signature}", f"committer {signature}", "", message]
    return _object_id("commit", "\n".join(lines).encode())


def _object_id(kind: str, body: bytes) -> str:
    header = f"{kind} {len(body)}".encode() + b"\0"
    return hashlib.sha1(header + body, usedforsecurity=False).hexdigest()
