"""The one writer of a repository: what it holds, in which order it writes, how it recovers."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from llama.adapters.file_lock import FileLock
from llama.adapters.git.consolidation import Consolidation
from llama.adapters.git.disk import prepare, sync_folder
from llama.adapters.git.importer import Importer
from llama.adapters.git.names import check
from llama.adapters.git.objects import ObjectReader
from llama.adapters.git.refs import RefMover, introduce, sync_refs, unlock
from llama.domain.errors import HistoryCorrupt, Unavailable
from llama.domain.revisions import NewRevision

_PATIENCE_S = 30.0
"""A killed writer's git ends by itself when its pipes close, at the latest after a repack."""


class Writer:
    """Writes commits and moves heads. All methods block and belong into one thread."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._held = ExitStack()
        self._inherit: tuple[int, ...] = ()
        self._importer: Importer | None = None
        self._refs: RefMover | None = None
        self._objects = ObjectReader(root)
        self._known: set[str] = set()

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of fast-import and update-ref, as far as they run."""
        return tuple(child.pid for child in (self._importer, self._refs) if child)

    def open(self) -> None:
        """Take the lock, sweep what a crash left, start git; Unavailable if the lock is taken."""
        self._root.mkdir(parents=True, exist_ok=True)
        # git inherits the lock: as long as a dead writer's git still writes, nobody else does.
        lock = FileLock(self._root / "writer", patience_s=_PATIENCE_S)
        self._inherit = (self._held.enter_context(lock).descriptor,)
        try:
            prepare(self._root)
            self._packs = Consolidation(self._root, inherit=self._inherit)
            self._start()
        except BaseException:
            self._held.close()
            raise

    def close(self) -> None:
        """Finish and give the lock back."""
        with self._held:
            if self._importer:
                self._importer.close()
            if self._refs:
                self._refs.close()
            self._objects.close()
            self._packs.close()

    def commit(self, revisions: Sequence[NewRevision]) -> None:
        """Write commits in order, then move each event's head to its last one."""
        check(revisions)
        try:
            self._write_or_drop(revisions)
        except Unavailable:
            self._write_or_drop(revisions)
        if self._packs.is_due:
            self._consolidate()

    def _write_or_drop(self, revisions: Sequence[NewRevision]) -> None:
        try:
            self._write(revisions)
        except Unavailable:
            self._drop()
            unlock(self._root, {revision.event for revision in revisions})
            raise

    def _write(self, revisions: Sequence[NewRevision]) -> None:
        importer, refs = self._start()
        self._check_parents(revisions)
        hashes = importer.write(revisions)
        self._packs.count_one_more()
        for revision, written in zip(revisions, hashes, strict=True):
            _compare(revision, written)
        sync_folder(self._root / "objects" / "pack")
        introduce(self._root, {new.event for new in revisions if new.parent is None})
        heads = {revision.event: revision.commit for revision in revisions}
        refs.move(heads)
        sync_refs(self._root, heads)
        self._known.update(hashes)

    def _check_parents(self, revisions: Sequence[NewRevision]) -> None:
        written: set[str] = set()
        for revision in revisions:
            parent = revision.parent
            if parent and parent not in written and not self._is_commit(parent):
                message = f"revision {revision.commit} of {revision.event} follows {parent}"
                advice = "write the event's history from its first revision on"
                raise HistoryCorrupt(f"{message}, which is not there: {advice}")
            written.add(revision.commit)

    def _is_commit(self, name: str) -> bool:
        if name not in self._known:
            found = self._objects.find(name)
            if found is None or found.kind != "commit":
                return False
            self._known.add(name)
        return True

    def _start(self) -> tuple[Importer, RefMover]:
        if self._importer is None:
            self._importer = Importer(self._root, inherit=self._inherit)
        if self._refs is None:
            self._refs = RefMover(self._root, inherit=self._inherit)
        return self._importer, self._refs

    def _drop(self) -> None:
        """Have done with git processes of which one has failed: the next write starts others."""
        for child in (self._importer, self._refs):
            if child:
                child.kill()
        self._importer = self._refs = None
        self._objects.close()

    def _consolidate(self) -> None:
        """Let a fresh fast-import write on while the packs of the old one are joined."""
        if self._importer:
            self._importer.close()
        self._importer = None
        self._known.clear()
        self._packs.start()


def _compare(revision: NewRevision, written: str) -> None:
    if written != revision.commit:
        message = f"a revision of {revision.event} became {written} and not {revision.commit}"
        advice = "compare the event's history with the log, or write it again from the log"
        raise HistoryCorrupt(f"{message}: {advice}")
