"""The one writer of a repository: what it holds, in which order it writes, how it recovers."""

from collections.abc import Sequence
from pathlib import Path

from llama.adapters.git.consolidation import Consolidation
from llama.adapters.git.disk import prepare
from llama.adapters.git.importer import Importer
from llama.adapters.git.objects import ObjectReader
from llama.adapters.git.refs import RefMover, introduce, sync_refs, unlock
from llama.adapters.git.shards import REBUILD
from llama.adapters.syncing import sync_folder
from llama.domain.errors import HistoryCorrupt, Unavailable
from llama.domain.revisions import NewRevision


class Writer:
    """Writes commits and moves heads; names are checked before. All methods block, in one thread.

    `lock` is the descriptor of the lock that is held as long as this writes; git inherits it.
    """

    def __init__(self, root: Path, *, lock: int) -> None:
        self._root = root
        self._inherit = (lock,)
        self._packs: Consolidation | None = None
        self._importer: Importer | None = None
        self._refs: RefMover | None = None
        self._objects = ObjectReader(root)
        self._known: set[str] = set()

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of fast-import and update-ref, as far as they run."""
        return tuple(child.pid for child in (self._importer, self._refs) if child)

    def open(self) -> None:
        """Sweep what a crash left, start git."""
        self._root.mkdir(parents=True, exist_ok=True)
        prepare(self._root)
        self._packs = Consolidation(self._root, inherit=self._inherit)
        self._start()

    def close(self) -> None:
        """Finish."""
        for child in (self._importer, self._refs, self._objects, self._packs):
            if child:
                child.close()

    def commit(self, revisions: Sequence[NewRevision]) -> None:
        """Write commits in order, then move each event's head to its last one."""
        try:
            self._write_or_drop(revisions)
        except Unavailable:
            self._write_or_drop(revisions)
        if self._packs and self._packs.is_due:
            self._consolidate(self._packs)

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
        if self._packs:
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
                raise HistoryCorrupt(f"{message}, which is not in {self._root}: {REBUILD}")
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

    def _consolidate(self, packs: Consolidation) -> None:
        """Let a fresh fast-import write on while the packs of the old one are joined."""
        if self._importer:
            self._importer.close()
        self._importer = None
        self._known.clear()
        packs.start()


def _compare(revision: NewRevision, written: str) -> None:
    if written != revision.commit:
        message = f"a revision of {revision.event} became {written} and not {revision.commit}"
        raise HistoryCorrupt(f"{message}: {REBUILD}")
