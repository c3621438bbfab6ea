"""Questions that people ask an event's history: revisions, versions of files, differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from llama.domain.errors import GitRepoUninitialized, UnknownRevision
from llama.domain.states import BEGINNING
from llama.domain.versions import (
    Entry,
    FileDifference,
    FileVersion,
    changes,
    fact_of,
    resolved,
    since_when,
    versions_of,
)
from llama.ports.clock import Clock
from llama.ports.history import HistoryReader, Revision
from llama.ports.projections import FactsOf


@dataclass(frozen=True, slots=True)
class Histories:
    """Answers them from a history; every revision asked for must be the event's own."""

    history: HistoryReader
    facts: FactsOf
    """They know the exact moments; git has whole seconds."""
    clock: Clock

    async def entries(self, event: str) -> Sequence[Entry]:
        """Return the revisions of an event, oldest first; GitRepoUninitialized if it has none."""
        try:
            log = await self.history.log(event)
        except ValueError as error:
            message = f"{event!r} can be no event's name"
            raise GitRepoUninitialized(f"{message}: `llama status` lists the events") from error
        if not log:
            message = f"{event} has no version history"
            raise GitRepoUninitialized(f"{message}: it begins with the event's first file")
        return _dated(log[::-1], since_when(await self.facts.facts(event)))

    async def revision(self, event: str, word: str) -> Entry:
        """Return the revision that a word means; UnknownRevision, NoMoment."""
        return resolved(await self.entries(event), word, self.clock.now())

    async def versions(self, event: str, file: str) -> Sequence[FileVersion]:
        """Return the contents that a file has had, the first one first; UnknownRevision if none."""
        return await self._versions(event, file, await self.entries(event))

    async def _versions(
        self, event: str, file: str, entries: Sequence[Entry]
    ) -> Sequence[FileVersion]:
        trees = [(one, await self.history.files(event, commit=one.commit)) for one in entries]
        versions = versions_of(file, trees)
        if not versions:
            known = sorted({name for _, files in trees for name in files})
            raise UnknownRevision(f"{event} never had a file {file}: it had {', '.join(known)}")
        return versions

    async def version(self, event: str, file: str, number: int) -> FileVersion:
        """Return the version of a file with this number; UnknownRevision."""
        versions = await self.versions(event, file)
        if not 0 <= number < len(versions):
            message = f"{file} of {event} has no version {number}"
            raise UnknownRevision(f"{message}: it has 0 to {len(versions) - 1}")
        return versions[number]

    async def version_at(self, event: str, file: str, word: str) -> FileVersion:
        """Return the version that a file had at a revision; UnknownRevision."""
        entries = await self.entries(event)
        versions = await self._versions(event, file, entries)
        at = resolved(entries, word, self.clock.now())
        blob = (await self.history.files(event, commit=at.commit)).get(file)
        numbers = {one.commit: one.number for one in entries}
        past = [one for one in versions if numbers[one.commit] <= at.number]
        if blob is None or not past:
            message = f"{event} had no file {file} at revision {at.number}"
            raise UnknownRevision(f"{message} ({at.commit[:12]}): see `llama log`")
        return past[-1]

    async def content(self, event: str, file: str, version: FileVersion) -> bytes:
        """Return the bytes of a version of a file."""
        return await self.history.read(event, file, commit=version.commit)

    async def changes(
        self, event: str, before: Entry | None, after: Entry
    ) -> Sequence[FileDifference]:
        """Return what became of the files between two revisions; None: before the first one."""
        was = await self.history.files(event, commit=before.commit) if before else {}
        return changes(was, await self.history.files(event, commit=after.commit))

    async def contents(
        self, event: str, change: FileDifference, before: Entry | None, after: Entry
    ) -> tuple[bytes | None, bytes | None]:
        """Return the bytes of a changed file on both sides; None where it is not there."""
        old = new = None
        if before and change.before:
            old = await self.history.read(event, change.file, commit=before.commit)
        if change.after:
            new = await self.history.read(event, change.file, commit=after.commit)
        return old, new

    async def files(self, event: str, entry: Entry) -> Mapping[str, bytes]:
        """Return the bytes of all files as of a revision, by name."""
        names = await self.history.files(event, commit=entry.commit)
        return {name: await self.history.read(event, name, commit=entry.commit) for name in names}


def _dated(revisions: Sequence[Revision], since: Mapping[str, datetime]) -> list[Entry]:
    """Return revisions, oldest first, with their numbers and since when each was the newest.

    A fact that the read models do not show yet is dated as git dates it.
    """
    entries: list[Entry] = []
    latest = BEGINNING
    for number, one in enumerate(revisions):
        latest = max(latest, since.get(fact_of(one.message) or "", one.at))
        entries.append(Entry(number, one.commit, one.parent, one.at, one.message, latest))
    return entries
