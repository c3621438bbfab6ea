"""Histories in memory, with the very hashes that git would give."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from llama.domain.errors import HistoryCorrupt
from llama.domain.revisions import NewRevision, blob_id, commit_id, tree_id
from llama.ports.history import Revision


@dataclass(frozen=True, slots=True)
class _Commit:
    revision: Revision
    tree: Mapping[str, bytes]


class MemoryHistory:
    """Keeps commits in a dictionary."""

    def __init__(self) -> None:
        self._commits: dict[str, _Commit] = {}
        self._heads: dict[str, str] = {}

    async def commit(self, revisions: Sequence[NewRevision]) -> None:
        """Write commits and move the heads: all of them or none."""
        written: dict[str, _Commit] = {}
        heads: dict[str, str] = {}
        for revision in revisions:
            written[revision.commit] = self._committed(revision, self._commits | written)
            heads[revision.event] = revision.commit
        self._commits |= written
        self._heads |= heads

    async def head(self, event: str) -> str | None:
        """Return the newest commit of an event."""
        return self._heads.get(event)

    async def log(self, event: str) -> Sequence[Revision]:
        """Return all commits of an event, newest first."""
        revisions: list[Revision] = []
        commit = self._heads.get(event)
        while commit is not None:
            revisions.append(self._commits[commit].revision)
            commit = revisions[-1].parent
        return revisions

    async def read(self, event: str, file: str, *, commit: str) -> bytes:
        """Return the bytes of a file as of a commit; KeyError if it had no such file."""
        found = self._commits.get(commit)
        if found is None or file not in found.tree:
            raise KeyError(f"revision {commit[:12]} of {event} has no {file}: see `llama log`")
        return found.tree[file]

    async def files(self, event: str, *, commit: str) -> Mapping[str, str]:
        """Return git's name for the content of every file as of a commit; KeyError."""
        if commit not in self._commits:
            raise KeyError(f"{event} has no revision {commit[:12]}: see `llama log`")
        return {file: blob_id(content) for file, content in self._commits[commit].tree.items()}

    async def events(self) -> AsyncIterator[str]:
        """Go through the events that have a history."""
        for event in sorted(self._heads):
            yield event

    async def verify(self) -> None:
        """Find nothing: what is in memory cannot be damaged."""

    def _committed(self, new: NewRevision, known: Mapping[str, _Commit]) -> _Commit:
        if new.parent is not None and new.parent not in known:
            message = f"revision {new.commit} of {new.event} follows {new.parent}"
            raise HistoryCorrupt(f"{message}, which is not there: write that one first")
        tree = dict(known[new.parent].tree) if new.parent else {}
        tree |= {file: content for file, content in new.changed.items() if content is not None}
        tree = {file: tree[file] for file in tree if new.changed.get(file, b"") is not None}
        blobs = {file: blob_id(content) for file, content in tree.items()}
        got = commit_id(tree_id(blobs), new.parent, new.message, at=new.at)
        if got != new.commit:
            message = f"a revision of {new.event} became {got} and not {new.commit}"
            raise HistoryCorrupt(f"{message}: write the history again from the log")
        moment = new.at.astimezone(UTC).replace(microsecond=0)
        return _Commit(Revision(got, new.parent, moment, new.message), tree)
