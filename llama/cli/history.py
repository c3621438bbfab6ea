"""Commands that look into an event's history: diff, show, tarball."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeAlias

import typer

from llama.cli.events import EventName, state_in
from llama.cli.files import FileNameArgument
from llama.cli.hidden import say_hidden
from llama.cli.looking_back import histories_in
from llama.cli.output import AsJson, fail, print_json, print_line
from llama.cli.saving import Output, save
from llama.cli.session import Session, in_session
from llama.client.acting.naming import file_of_class
from llama.client.histories import Histories
from llama.client.local.edits import visible
from llama.client.local.tarball import archive_of
from llama.domain.differences import difference
from llama.domain.errors import NoRevision
from llama.domain.states import EventState
from llama.domain.versions import NEWEST, Entry, FileDifference, download_name

MAX_WORDS = 3
SHORT = 12
Difference: TypeAlias = tuple[FileDifference, tuple[bytes | None, bytes | None]]
Revisions = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[A [B]] [FILE]",
        help="Two revisions (numbers, HEAD~1, commits or moments), of which the second is the "
        "newest unless it is said, and the first the one before it; and a file or its class, if "
        "one alone is of interest.",
    ),
]
Commit = Annotated[
    str,
    typer.Option("--commit", metavar="REVISION", help="A number, HEAD~1, a commit or a moment."),
]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two revisions, and what changed between them."""

    event: str
    before: Entry | None
    """None: there was nothing before."""
    after: Entry
    changes: list[Difference]


def diff(event: EventName, words: Revisions = None, as_json: AsJson = False) -> None:
    """Show what changed in an event's files from one revision to another."""

    async def compare(session: Session) -> Compared:
        state, histories = await state_in(session, event), histories_in(session)
        before, after, file = await _meant(histories, state, words or [])
        changes = await histories.changes(event, before, after)
        wanted = [change for change in changes if file in {None, change.file}]
        contents = [await histories.contents(event, one, before, after) for one in wanted]
        return Compared(event, before, after, list(zip(wanted, contents, strict=True)))

    found = in_session(compare)
    if as_json:
        print_json(_compared(found))
        return
    print_line(f"{event}: from {_in_words(found.before)} to {_in_words(found.after)}")
    if not found.changes:
        print_line("no difference")
    for change, contents in found.changes:
        sys.stdout.write(difference(change.file, *contents))


def show(
    event: EventName,
    file: FileNameArgument,
    version: Annotated[
        int | None, typer.Option("--file-version", help="Which version of the file: 0, 1, ...")
    ] = None,
    commit: Commit = "",
    output: Output = "",
    as_json: AsJson = False,
) -> None:
    """Save a file as it once was, as `EVENT-vVERSION-COMMIT-FILE`; a retraction hides nothing."""
    if version is not None and commit:
        fail("give --file-version or --commit, not both", code=2)

    async def find(session: Session) -> tuple[dict[str, object], str, bytes]:
        state, histories = await state_in(session, event), histories_in(session)
        name = file_of_class(state, file)
        if version is None:
            found = await histories.version_at(event, name, commit or NEWEST)
        else:
            found = await histories.version(event, name, version)
        content = await histories.content(event, name, found)
        told: dict[str, object] = {"event": event, "file": name, "version": found.number}
        told |= {"commit": found.commit, "at": found.at.isoformat(), "bytes": len(content)}
        return told, download_name(event, name, found), content

    told, name, content = in_session(find)
    path = save(output, name, content)
    if path is not None and as_json:
        print_json(told | {"path": str(path)})
    elif path is not None:
        print_line(str(path))


def tarball(event: EventName, output: Output = "", commit: Commit = "") -> None:
    """Save an event's files as `EVENT.tar.gz`: those that are valid now, or all of a revision.

    Equal files give equal bytes.
    """

    async def find(session: Session) -> Mapping[str, bytes]:
        state = await state_in(session, event)
        if not commit:
            say_hidden(state)
            return await _valid(session, state)
        histories = histories_in(session)
        return await histories.files(event, await histories.revision(event, commit))

    files = in_session(find)
    path = save(output, f"{event}.tar.gz", archive_of(event, files))
    if path is not None:
        print_line(str(path))


async def _valid(session: Session, state: EventState) -> dict[str, bytes]:
    files = sorted(visible(state).items())
    return {name: await session.artifacts.get(digest) for name, digest in files}


async def _meant(
    histories: Histories, state: EventState, words: list[str]
) -> tuple[Entry | None, Entry, str | None]:
    """Return the two revisions and the file that the words name."""
    event, file = state.event, None
    if words and await _is_file(histories, state, words[-1]):
        *words, last = words
        file = file_of_class(state, last)
        # If there never was such a file, this says so.
        await histories.versions(event, file)
    if len(words) >= MAX_WORDS:
        fail("two revisions can be compared: give them, and one file", code=2)
    entries = await histories.entries(event)
    revisions = [await histories.revision(event, word) for word in words]
    if len(revisions) == MAX_WORDS - 1:
        return revisions[0], revisions[1], file
    if revisions:
        return revisions[0], entries[-1], file
    return (entries[-2] if len(entries) > 1 else None), entries[-1], file


async def _is_file(histories: Histories, state: EventState, word: str) -> bool:
    if word in state.tree or file_of_class(state, word) != word:
        return True
    try:
        await histories.revision(state.event, word)
    except NoRevision:
        return True
    return False


def _in_words(entry: Entry | None) -> str:
    if entry is None:
        return "nothing"
    return f"revision {entry.number} ({entry.commit[:SHORT]}, {_at(entry.at)})"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _compared(found: Compared) -> dict[str, object]:
    before, after = found.before, found.after
    return {
        "event": found.event,
        "before": before and before.commit,
        "after": after.commit,
        "revisions": [before and before.number, after.number],
        "changes": [_told(change, contents) for change, contents in found.changes],
    }


def _told(change: FileDifference, contents: tuple[bytes | None, bytes | None]) -> dict[str, object]:
    before, after = contents
    return {
        "file": change.file,
        "what": change.what,
        "before": before and {"blob": change.before, "bytes": len(before)},
        "after": after and {"blob": change.after, "bytes": len(after)},
    }
