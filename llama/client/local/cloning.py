"""The version history of an event in a folder, and copies of the event as it once was.

The history is computed: it follows from the log and the contents alone, so its commits have the
hashes that a running system gives them.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from llama.client.local.edits import visible
from llama.domain.contents import digests_in
from llama.domain.errors import GitRepoUninitialized
from llama.domain.event_state import evolve, replay
from llama.domain.revisions import Head, changed_files, revise
from llama.domain.states import EventState
from llama.domain.versions import Entry, resolved, since_when
from llama.ports.clock import Clock
from llama.ports.event_folder import EventFolder
from schemas.facts import Fact

OpenFolder = Callable[[Path], EventFolder]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A revision, what it holds, and until when it was the newest."""

    entry: Entry
    files: Mapping[str, str]
    """Git's name for the content, by file name."""
    known: int
    """How many facts there were when the next revision came: all of them for the newest."""


def recorded(eventid: str, folder: EventFolder) -> list[Recorded]:
    """Return the revisions of an event in a folder, oldest first."""
    facts = folder.facts(0)[0] if folder.exists() else []
    found: list[tuple[int, Entry, Head]] = []
    state, head, since = EventState(eventid), None, since_when(facts)
    for place, fact in enumerate(facts):
        before, state = state, evolve(state, fact)
        if changed := changed_files(before, state):
            contents = {name: folder.content(one) if one else None for name, one in changed.items()}
            revision, head = revise(head, eventid, contents, fact=fact)
            at = fact.occurred_at.astimezone(UTC).replace(microsecond=0)
            message, exactly = revision.message, since[fact.id]
            entry = Entry(head.number, head.commit, revision.parent, at, message, exactly)
            found.append((place, entry, head))
    places = [*(place for place, _, _ in found), len(facts)]
    return [
        Recorded(entry, head.tree, end)
        for (_, entry, head), end in zip(found, places[1:], strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Cloning:
    """Copies one event to other folders."""

    eventid: str
    folder: EventFolder
    open_folder: OpenFolder
    clock: Clock

    def clone(self, commit: str, target: Path, *, clobber: bool) -> None:
        """Make a folder an event of its own, as this one was while a revision was the newest.

        One whose newest revision is this one, with the files that belong to it, stays as it is.
        GitRepoUninitialized without any revision, UnknownRevision, NoMoment, FileExistsError unless
        `clobber`.
        """
        history = recorded(self.eventid, self.folder)
        if not history:
            message = f"{self.eventid} in {self.folder.path.parent} has no version history"
            raise GitRepoUninitialized(f"{message}: it begins with its first file")
        entries = [one.entry for one in history]
        wanted = history[resolved(entries, commit, self.clock.now()).number]
        if self._is_at(target, wanted.entry.commit):
            return
        self._refuse(target, clobber=clobber)
        facts = self.folder.facts(0)[0][: wanted.known]
        beside = target.with_name(f".{target.name}.cloning")
        shutil.rmtree(beside, ignore_errors=True)
        self._fill(self.open_folder(beside), facts)
        _remove(target)
        beside.rename(target)

    def _is_at(self, target: Path, commit: str) -> bool:
        folder = self.open_folder(target)
        history = recorded(self.eventid, folder)
        if not history or history[-1].entry.commit != commit:
            return False
        return target.resolve() == self.folder.path.resolve() or not _edited(self.eventid, folder)

    def _refuse(self, target: Path, *, clobber: bool) -> None:
        if target.resolve() == self.folder.path.resolve():
            raise ValueError(f"{target} is the event itself: clone it into another rundir")
        is_free = not target.exists() or (target.is_dir() and not any(target.iterdir()))
        if is_free or clobber:
            return
        edited = _edited(self.eventid, self.open_folder(target))
        what = f"exists, with changes by hand in {', '.join(edited)}" if edited else "exists"
        message = "use another rundir, or replace it with clobber=True (--clobber)"
        raise FileExistsError(f"{target} {what}: {message}")

    def _fill(self, folder: EventFolder, facts: Sequence[Fact]) -> None:
        folder.create()
        for digest in dict.fromkeys(digest for fact in facts for digest in digests_in(fact)):
            folder.keep(self.folder.content(digest))
        folder.append(facts)
        folder.show(visible(replay(self.eventid, facts)))


def _edited(eventid: str, folder: EventFolder) -> list[str]:
    """Return the files of an event's folder that are not what its log says."""
    if not folder.exists():
        return []
    wanted = visible(replay(eventid, folder.facts(0)[0]))
    seen = folder.seen(wanted)
    return sorted(name for name, digest in wanted.items() if seen.get(name) != digest)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
