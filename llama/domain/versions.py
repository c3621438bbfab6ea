"""An event's history for people: which revision is meant, which version of a file, what changed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from llama.domain.errors import UnknownRevision

NEWEST = "HEAD"
_NUMBER = re.compile(r"[0-9]{1,9}")
_PREFIX = re.compile(r"[0-9a-f]{4,40}")
_SHORT = 7


@dataclass(frozen=True, slots=True)
class Entry:
    """A revision in an event's history, with its place there."""

    number: int
    """0 for the first."""
    commit: str
    parent: str | None
    at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A content that a file has had."""

    number: int
    """0 for its first content, one more for every different one."""
    commit: str
    """The revision that brought it."""
    at: datetime
    blob: str
    """Git's name for it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a file between two revisions: git's names of its contents, None for none."""

    file: str
    before: str | None
    after: str | None

    @property
    def what(self) -> str:
        """It was added, removed or changed."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def resolved(entries: Sequence[Entry], word: str) -> Entry:
    """Return the revision (of all, oldest first) that a word means; UnknownRevision if none is.

    A word is HEAD, the number of a revision, four or more digits of a commit, or a time: then the
    revision which was the newest at that time is meant. A time without a zone is UTC.
    """
    if entries and word == NEWEST:
        return entries[-1]
    if _NUMBER.fullmatch(word) and int(word) < len(entries):
        return entries[int(word)]
    if _PREFIX.fullmatch(word):
        return _of_commit(entries, word)
    moment = _moment(word)
    if moment is None:
        message = f"{word!r} is no revision"
        raise UnknownRevision(f"{message}: give a number ({_known(entries)}), a commit or a time")
    known = [entry for entry in entries if entry.at <= moment]
    if not known:
        raise UnknownRevision(f"there was no revision at {word} yet: `llama log` lists them")
    return known[-1]


def versions_of(file: str, trees: Iterable[tuple[Entry, Mapping[str, str]]]) -> list[FileVersion]:
    """Return the contents that a file has had, given all revisions, oldest first, with their files.

    One that goes and comes back as it was has no new version.
    """
    versions: list[FileVersion] = []
    for entry, blobs in trees:
        blob = blobs.get(file)
        if blob is not None and not (versions and versions[-1].blob == blob):
            versions.append(FileVersion(len(versions), entry.commit, entry.at, blob))
    return versions


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """Return what became of the files between two revisions, by name."""
    names = sorted(before.keys() | after.keys())
    told = [Change(name, before.get(name), after.get(name)) for name in names]
    return [change for change in told if change.before != change.after]


def download_name(event: str, file: str, version: FileVersion) -> str:
    """Return the name under which a version of a file is saved."""
    return f"{event}-v{version.number}-{version.commit[:_SHORT]}-{file}"


def _of_commit(entries: Sequence[Entry], prefix: str) -> Entry:
    found = [entry for entry in entries if entry.commit.startswith(prefix)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownRevision(f"{prefix} begins {len(found)} commits: give more of its digits")
    message = f"there is no revision {prefix} of this event"
    raise UnknownRevision(f"{message} ({_known(entries)}): `llama log` lists them")


def _known(entries: Sequence[Entry]) -> str:
    return f"0 to {len(entries) - 1}" if entries else "it has none"


def _moment(word: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
