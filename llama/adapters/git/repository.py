"""Reading one repository, with blocking calls: heads, logs, files, the events in it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from llama.adapters.git.checking import complaints_about
from llama.adapters.git.command import run_git
from llama.adapters.git.names import NAMESPACES, event_of
from llama.adapters.git.objects import GitObject, ObjectReader, entries_of, revision_of
from llama.adapters.git.shards import REBUILD
from llama.domain.errors import HistoryCorrupt, Unavailable
from llama.ports.history import Revision


class RepositoryReader:
    """Reads a bare repository; one that is not there yet is empty. Names are checked before."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._objects = ObjectReader(root)

    def close(self) -> None:
        """End git."""
        self._objects.close()

    def find(self, name: str) -> GitObject | None:
        """Return the object that a name (hash, ref, `commit:file`) stands for, if any."""
        if not (self._root / "HEAD").exists():
            return None
        try:
            return self._objects.find(name)
        except Unavailable:
            # It may have died long ago, of something that is over: ask a fresh one once.
            self._objects.close()
            return self._found(name)

    def _found(self, name: str) -> GitObject | None:
        try:
            return self._objects.find(name)
        except Unavailable as error:
            if "corrupt" in str(error):
                raise HistoryCorrupt(f"{self._root} is damaged ({error}): {REBUILD}") from error
            raise

    def head(self, ref: str) -> GitObject | None:
        """Return the commit at a ref, if there is one; HistoryCorrupt if it is only named."""
        found = self.find(ref)
        if found is None and (self._root / ref).exists():
            raise HistoryCorrupt(f"{self._root} lacks the commit of {ref}: {REBUILD}")
        return found

    def log(self, ref: str) -> Sequence[Revision]:
        """Return all commits that a ref reaches, newest first; HistoryCorrupt if one is missing."""
        revisions: list[Revision] = []
        found = self.head(ref)
        while found is not None:
            revision = revision_of(found)
            revisions.append(revision)
            found = self._parent(revision)
        return revisions

    def files(self, commit: str) -> Mapping[str, str] | None:
        """Return the blob of every file as of a commit; None if there is no such commit."""
        found = self.find(f"{commit}^{{tree}}")
        return entries_of(found) if found and found.kind == "tree" else None

    def events(self) -> list[str]:
        """Return the events that have a history here."""
        listed = run_git(self._root, "for-each-ref", "--format=%(refname)", NAMESPACES)
        return [event for ref in listed.splitlines() if (event := event_of(ref))]

    def verify(self) -> None:
        """Raise HistoryCorrupt if the repository is damaged: reads all of it."""
        complaints = complaints_about(self._root)
        if complaints:
            raise HistoryCorrupt(f"{self._root} is damaged ({complaints}): {REBUILD}")

    def _parent(self, revision: Revision) -> GitObject | None:
        if revision.parent is None:
            return None
        found = self.find(revision.parent)
        if found is None:
            message = f"revision {revision.parent}, the parent of {revision.commit}, is missing"
            raise HistoryCorrupt(f"{message} in {self._root}: {REBUILD}")
        return found
