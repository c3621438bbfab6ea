"""Commands that look into an event's history: diff, show, tarball."""

import sys
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from llama.cli.events import EventName
from llama.cli.files import FileNameArgument
from llama.cli.output import AsJson, fail, print_json, print_line
from llama.cli.session import Session, in_session
from llama.client.histories import Histories
from llama.client.local.tarball import write_archive
from llama.domain.differences import difference
from llama.domain.errors import UnknownRevision
from llama.domain.versions import NEWEST, Change, Entry, download_name

MAX_WORDS = 3
Difference: TypeAlias = tuple[Change, tuple[bytes | None, bytes | None]]
Revisions = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[A [B]] [FILE]",
        help="Two revisions (numbers, commits or times), of which the second is the newest unless "
        "it is said, and the first the one before it; and a file, if one alone is of interest.",
    ),
]


def diff(event: EventName, words: Revisions = None, as_json: AsJson = False) -> None:
    """Show what changed in an event's files from one revision to another."""

    async def compare(session: Session) -> tuple[Entry | None, Entry, list[Difference]]:
        histories = Histories(session.history)
        before, after, file = await _meant(histories, event, words or [])
        changes = await histories.changes(event, before, after)
        wanted = [change for change in changes if file in {None, change.file}]
        contents = [await histories.contents(event, one, before, after) for one in wanted]
        return before, after, list(zip(wanted, contents, strict=True))

    before, after, found = in_session(compare)
    if as_json:
        print_json(
            {
                "event": event,
                "before": before and before.commit,
                "after": after.commit,
                "changes": [_told(change, contents) for change, contents in found],
            }
        )
        return
    for change, contents in found:
        sys.stdout.write(difference(change.file, *contents))


def show(
    event: EventName,
    file: FileNameArgument,
    version: Annotated[
        int | None, typer.Option("--file-version", help="Which version of the file: 0, 1, ...")
    ] = None,
    commit: Annotated[
        str | None, typer.Option("--commit", help="The revision (a number, a commit or a time).")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Where to: a file, a folder, or - for standard output."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Save a file as it once was, as `EVENT-vVERSION-COMMIT-FILE`."""
    if version is not None and commit is not None:
        fail("give --file-version or --commit, not both", code=2)

    async def find(session: Session) -> tuple[dict[str, object], str, bytes]:
        histories = Histories(session.history)
        if version is None:
            found = await histories.version_at(event, file, commit or NEWEST)
        else:
            found = await histories.version(event, file, version)
        content = await histories.content(event, file, found)
        told: dict[str, object] = {"event": event, "file": file, "version": found.number}
        told |= {"commit": found.commit, "at": found.at.isoformat(), "bytes": len(content)}
        return told, download_name(event, file, found), content

    told, name, content = in_session(find)
    if output is not None and str(output) == "-":
        sys.stdout.buffer.write(content)
        return
    path = _target(output, name)
    path.write_bytes(content)
    if as_json:
        print_json(told | {"path": str(path)})
    else:
        print_line(str(path))


def tarball(
    event: EventName,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to: a file or a folder.")
    ] = None,
    commit: Annotated[
        str, typer.Option("--commit", help="The revision (a number, a commit or a time).")
    ] = NEWEST,
) -> None:
    """Save the files of an event as `EVENT.tar.gz`; equal files give equal bytes."""

    async def find(session: Session) -> dict[str, bytes]:
        histories = Histories(session.history)
        return dict(await histories.files(event, await histories.revision(event, commit)))

    files = in_session(find)
    path = _target(output, f"{event}.tar.gz")
    write_archive(path, event, files)
    print_line(str(path))


async def _meant(
    histories: Histories, event: str, words: list[str]
) -> tuple[Entry | None, Entry, str | None]:
    """Return the two revisions and the file that the words name."""
    file = None
    if words and not await _is_revision(histories, event, words[-1]):
        # If it is no file either, this says so.
        await histories.versions(event, words[-1])
        *words, file = words
    if len(words) >= MAX_WORDS:
        fail("two revisions can be compared: give them, and one file", code=2)
    entries = await histories.entries(event)
    *first, last = [await histories.revision(event, word) for word in words] or [entries[-1]]
    if len(words) == 1:
        return last, entries[-1], file
    before = first[0] if first else None
    if not first and last.number:
        before = entries[last.number - 1]
    return before, last, file


async def _is_revision(histories: Histories, event: str, word: str) -> bool:
    try:
        await histories.revision(event, word)
    except UnknownRevision:
        return word.isdigit()
    return True


def _target(output: Path | None, name: str) -> Path:
    if output is None:
        return Path(name)
    return output / name if output.is_dir() else output


def _told(change: Change, contents: tuple[bytes | None, bytes | None]) -> dict[str, object]:
    before, after = contents
    return {
        "file": change.file,
        "what": change.what,
        "before": before and {"blob": change.before, "bytes": len(before)},
        "after": after and {"blob": change.after, "bytes": len(after)},
    }
