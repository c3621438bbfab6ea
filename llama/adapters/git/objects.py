"""Objects through one long-lived `git cat-file`, which finds new packs by itself."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from llama.adapters.git.child import GitChild
from llama.ports.history import Revision

_LOOKUPS = 2000
"""After this many a fresh process takes over: the old one still holds packs that were deleted."""

_HASH_BYTES = 20


@dataclass(frozen=True, slots=True)
class GitObject:
    """An object of the repository."""

    name: str
    kind: str
    content: bytes


class ObjectReader:
    """A running cat-file, started when it is first asked; start another when it has died."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._child: GitChild | None = None
        self._lookups = 0

    @property
    def pid(self) -> int | None:
        """Process id, if it runs."""
        return self._child.pid if self._child else None

    def find(self, name: str) -> GitObject | None:
        """Return the object that a name (hash, ref, `commit:file`) stands for, if any. Blocks."""
        child = self._running()
        child.send(f"{name}\n".encode())
        header = child.line()
        if header.endswith(" missing"):
            return None
        found, kind, size = header.split(" ")
        content = child.exactly(int(size) + 1)[:-1]
        return GitObject(found, kind, content)

    def close(self) -> None:
        """End the process."""
        if self._child:
            self._child.close()
        self._child = None

    def _running(self) -> GitChild:
        if self._lookups >= _LOOKUPS or (self._child and self._child.exit_status is not None):
            self.close()
        if self._child is None:
            self._child = GitChild(self._root, "cat-file", "--batch")
            self._lookups = 0
        self._lookups += 1
        return self._child


def revision_of(found: GitObject) -> Revision:
    """Return what a commit object says."""
    headers, _, message = found.content.decode(errors="replace").partition("\n\n")
    fields = {key: value for key, _, value in (ln.partition(" ") for ln in headers.splitlines())}
    seconds = int(fields["committer"].rsplit(" ", 2)[1])
    moment = datetime.fromtimestamp(seconds, UTC)
    return Revision(found.name, fields.get("parent"), moment, message)


def entries_of(found: GitObject) -> dict[str, str]:
    """Return what a tree object lists: git's name of the content, by file name."""
    entries: dict[str, str] = {}
    rest = found.content
    while rest:
        header, _, rest = rest.partition(b"\0")
        entries[header.partition(b" ")[2].decode()] = rest[:_HASH_BYTES].hex()
        rest = rest[_HASH_BYTES:]
    return entries
