"""Commands that look at all notices that came in, and carry them elsewhere: llama archive."""

import shlex
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from llama.adapters.archives import is_archive, write_archive
from llama.cli.given import not_empty
from llama.cli.ingest import SHORT, Waiting, send_in
from llama.cli.output import AsJson, fail, print_json, print_line, print_table, progress
from llama.cli.saving import STDOUT, Output, save
from llama.cli.session import Session, exit_code_of, in_session
from llama.cli.shared_options import with_options
from llama.client.archiving import PAGE, Archiving, Counted
from llama.client.progress import Progress
from llama.domain.archive import CopiesWanted, Place, page_of
from llama.domain.errors import NoMoment
from llama.domain.moments import moment_of
from schemas.archive import ArchivedCopy, ArchivePage
from schemas.reports import RefusalReason

COLUMNS = ("when (UTC)", "sha256", "bytes", "came from", "name", "it is", "copy")

archive = typer.Typer(
    name="archive",
    help="Look at all notices that came in, take them out, and send them in again elsewhere.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Target = Annotated[Path, typer.Argument(metavar="FOLDER|FILE.tar", help="What holds the archive.")]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which copies are meant."""

    event: Annotated[
        str, typer.Option("--event", help="Only those about this event.", callback=not_empty)
    ] = ""
    since: Annotated[
        str, typer.Option("--since", metavar="MOMENT", help="From 2026-11-20T12:00Z or 2h (ago).")
    ] = ""
    until: Annotated[
        str, typer.Option("--until", metavar="MOMENT", help="Up to this moment, included.")
    ] = ""
    reason: Annotated[
        RefusalReason | None, typer.Option("--reason", help="Only what was refused for it.")
    ] = None

    def wanted(self, now: datetime, *, limit: int, after: Place | None = None) -> CopiesWanted:
        """Return the question; ends the command with exit code 2 if a moment is none."""
        return CopiesWanted(
            limit,
            event=self.event or None,
            since=_moment(self.since, now),
            until=_moment(self.until, now),
            reason=self.reason.value if self.reason else None,
            after=after,
        )


@archive.command("ls")
@with_options(Selection)
def list_copies(
    selection: Selection,
    limit: Annotated[
        int, typer.Option("--limit", "-n", help="How many on a page.", min=1, max=100_000)
    ] = 50,
    after: Annotated[
        str, typer.Option(metavar="CURSOR", help="The page behind this cursor.", callback=not_empty)
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the copies of notices that came in, the newest first, with what became of each."""
    place = _place(after)

    async def ask(session: Session) -> ArchivePage:
        wanted = selection.wanted(session.clock.now(), limit=limit + 1, after=place)
        return page_of(await session.models.copies(wanted), limit)

    page = in_session(ask)
    if selection.event and not page.copies and place is None:
        progress(_no_copy(selection))
    if as_json:
        print_json(page.model_dump(mode="json"))
        return
    print_table("", COLUMNS, [_row(copy) for copy in page.copies])
    if page.next is not None:
        print_line(f"more: llama archive ls{_said(selection)} --limit {limit} --after {page.next}")


@archive.command("get")
def get(
    sha256: Annotated[str, typer.Argument(metavar="SHA256", help="As `ls` shows it.")],
    output: Output = STDOUT,
) -> None:
    """Write the bytes of a notice as they came, to standard output or a file."""

    async def find(session: Session) -> tuple[str, bytes]:
        found = await session.models.raw_notices(begins=sha256.lower(), limit=2)
        if not found or not sha256:
            fail(f"no notice that came in begins with {sha256}: `llama archive ls` lists them")
        if len(found) > 1:
            fail(f"several notices begin with {sha256}: give more of the digits")
        [raw] = found
        return raw, await session.artifacts.get(raw)

    path = save(output, *in_session(find))
    if path is not None:
        print_line(str(path))


@archive.command("export")
@with_options(Selection)
def export(selection: Selection, target: Target, as_json: AsJson = False) -> None:
    """Take the notices out, with a list of all copies in the order in which they arrived.

    What is in the place of the archive is never written over; an export to a folder that was
    stopped goes on the next time.
    """

    async def take_out(session: Session) -> Counted:
        # What comes in while this runs is of the next export.
        now = session.clock.now()
        wanted = selection.wanted(now, limit=PAGE)
        wanted = replace(wanted, until=wanted.until or now)
        archiving = Archiving(session.models, session.artifacts)
        if selection.event and not await archiving.has_any(wanted):
            fail(_no_copy(selection))
        with write_archive(target) as writer:
            return await archiving.export(wanted, writer, progress=Progress(progress))

    counted = in_session(take_out)
    told = {"copies": counted.copies, "notices": counted.notices, "bytes": counted.size}
    if as_json:
        print_json({"path": str(target), **told})
        return
    print_line(
        f"{target}: {counted.copies:,} copies of {counted.notices:,} notices, "
        f"{counted.size:,} bytes"
    )


@archive.command("import")
@with_options(Waiting)
def import_(waiting: Waiting, source: Target) -> None:
    """Send the notices of an archive in, in the order in which they once arrived.

    All of it is looked at before. What is known already is recognised, and changes nothing.
    """
    if not is_archive(source):
        fail(f"{source} is no archive: name what `llama archive export` has written", code=2)
    send_in([str(source)], waiting)


def _moment(text: str, now: datetime) -> datetime | None:
    try:
        return moment_of(text, now) if text else None
    except NoMoment as error:
        fail(str(error), code=exit_code_of(error))


def _place(after: str) -> Place | None:
    try:
        return Place.read(after) if after else None
    except ValueError as error:
        fail(f"--after {error}", code=2)


def _no_copy(selection: Selection) -> str:
    """Say that nothing is about an event."""
    is_narrowed = bool(selection.since or selection.until or selection.reason)
    narrowed = " that is asked for" if is_narrowed else ""
    return f"no copy of a notice{narrowed} is about {selection.event}: `llama ls` lists the events"


def _said(selection: Selection) -> str:
    pairs = {
        "--event": selection.event,
        "--since": selection.since,
        "--until": selection.until,
        "--reason": selection.reason.value if selection.reason else "",
    }
    return "".join(f" {name} {shlex.quote(text)}" for name, text in pairs.items() if text)


def _row(copy: ArchivedCopy) -> tuple[str, ...]:
    words = ("a repeat" if copy.is_repeat else "the first", "a test" if copy.is_test else "")
    return (
        f"{copy.received_at:%Y-%m-%d %H:%M:%S}",
        copy.raw[:SHORT],
        f"{copy.size:,}",
        _came_from(copy),
        copy.name,
        became_in_words(copy),
        ", ".join(word for word in words if word),
    )


def _came_from(copy: ArchivedCopy) -> str:
    place = f"{copy.topic}[{copy.partition}]@{copy.offset}"
    return f"{copy.origin}: {place}" if copy.origin else place


def became_in_words(copy: ArchivedCopy) -> str:
    """Say in a few words what a copy became."""
    match copy.became:
        case "event":
            return f"about {copy.event}"
        case "neutrino":
            return f"about the neutrino {copy.neutrino}"
        case "external_trigger":
            return f"about the trigger {copy.external_trigger}"
        case "refused":
            return f"refused: {copy.reason} ({(copy.dead_letter or '')[:SHORT]})"
