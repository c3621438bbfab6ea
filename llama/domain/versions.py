"""An event's history for people: which revision is meant, which version of a file, what changed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from llama.domain.errors import NoRevision, UnknownRevision
from llama.domain.moments import moment_of, seconds_ago
from llama.domain.states import BEGINNING
from schemas.base import zulu

NEWEST = "HEAD"
_BEFORE_NEWEST = re.compile(r"HEAD~(?P<count>[0-9]{0,9})")
_NUMBER = re.compile(r"[0-9]{1,9}")
_PREFIX = re.compile(r"[0-9a-f]{4,40}")
_DATE = re.compile(r"[0-9]{4}-?[0-9W]")
_SHORT = 7


@dataclass(frozen=True, slots=True)
class Entry:
    """A revision in an event's history, with its place there."""

    number: int
    """0 for the first."""
    commit: str
    parent: str | None
    at: datetime
    """As git has it: in whole seconds."""
    message: str
    since: datetime
    """When it became the newest: exactly, and never before an earlier revision did."""


class Dated(Protocol):
    """A fact, as far as one has to know it to say when its revision became the newest."""

    @property
    def id(self) -> str:
        """Name it, as the revision's message does."""
        ...

    @property
    def occurred_at(self) -> datetime:
        """Say when it happened."""
        ...


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
class FileDifference:
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


def since_when(facts: Iterable[Dated]) -> dict[str, datetime]:
    """Return from when on each fact of an event counted, by its id, given all of them in order.

    A fact dated back counts from when those before it do: as of a moment, an event's history and
    its state go by the same rule.
    """
    latest, since = BEGINNING, dict[str, datetime]()
    for fact in facts:
        latest = max(latest, fact.occurred_at)
        since.setdefault(fact.id, latest)
    return since


def fact_of(message: str) -> str | None:
    """Return the id of the fact that a revision's message names; None if it names none."""
    trailers = (line.partition(": ") for line in message.splitlines())
    return next((fact for name, _, fact in trailers if name == "Message"), None)


def resolved(entries: Sequence[Entry], word: str, now: datetime) -> Entry:
    """Return the revision (of all, oldest first) that a word means.

    A word is HEAD, HEAD~2, the number of a revision, four or more digits of a commit, or a moment
    (llama.domain.moments): then the revision which was the newest at that time is meant.
    UnknownRevision if there is none such, NoRevision for any other word, NoMoment for a moment that
    is none.
    """
    if not entries:
        raise UnknownRevision(f"there is no revision {word}: {_known(entries)}")
    if before := _BEFORE_NEWEST.fullmatch(f"{word}~0" if word == NEWEST else word):
        return _before_newest(entries, int(before["count"] or 1))
    if _NUMBER.fullmatch(word) and int(word) < len(entries):
        return entries[int(word)]
    if _PREFIX.fullmatch(word) and (found := _of_commit(entries, word)):
        return found
    return _at(entries, word, now)


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


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[FileDifference]:
    """Return what became of the files between two revisions, by name."""
    names = sorted(before.keys() | after.keys())
    told = [FileDifference(name, before.get(name), after.get(name)) for name in names]
    return [change for change in told if change.before != change.after]


def download_name(event: str, file: str, version: FileVersion) -> str:
    """Return the name under which a version of a file is saved."""
    return f"{event}-v{version.number}-{version.commit[:_SHORT]}-{file}"


def _before_newest(entries: Sequence[Entry], count: int) -> Entry:
    if count >= len(entries):
        message = f"there is no revision {NEWEST}~{count} of this event"
        raise UnknownRevision(f"{message} ({_known(entries)})")
    return entries[-1 - count]


def _of_commit(entries: Sequence[Entry], prefix: str) -> Entry | None:
    found = [entry for entry in entries if entry.commit.startswith(prefix)]
    if len(found) > 1:
        raise UnknownRevision(f"{prefix} begins {len(found)} commits: give more of its digits")
    if not found and seconds_ago(prefix) is None:
        message = f"there is no revision {prefix} of this event"
        raise UnknownRevision(f"{message} ({_known(entries)}): `llama log --files` lists them")
    return found[0] if found else None


def _at(entries: Sequence[Entry], word: str, now: datetime) -> Entry:
    if _NUMBER.fullmatch(word):
        raise UnknownRevision(f"there is no revision {word} of this event ({_known(entries)})")
    if seconds_ago(word) is None and not _DATE.match(word):
        message = f"{word!r} is no revision"
        raise NoRevision(f"{message}: give a number ({_known(entries)}), a commit or a moment")
    moment = moment_of(word, now)
    known = [entry for entry in entries if entry.since <= moment]
    if not known:
        first = f"the first, 0, is of {zulu(entries[0].since)}"
        raise UnknownRevision(f"there was no revision at {word} yet: {first}")
    return known[-1]


def _known(entries: Sequence[Entry]) -> str:
    return f"it has 0 to {len(entries) - 1}" if entries else "it has none"
