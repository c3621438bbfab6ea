"""Copies an event out of the running system: llama export."""

from pathlib import Path
from typing import Annotated

import typer

from llama.cli.events import EventName, state_in
from llama.cli.hidden import say_hidden
from llama.cli.output import print_line
from llama.cli.session import Session, in_session
from schemas.facts import FACTS


def export(
    event: EventName,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The folder that is to hold the event's.")
    ] = Path(),
) -> None:
    """Copy an event's files and log into a folder of its own, to be read without the system.

    In Python the copy opens with Event(EVENT, rundir=FOLDER); Event.fork makes one to work on.
    """

    async def copy(session: Session) -> Path:
        say_hidden(await state_in(session, event))
        return await export_in(session, event, output)

    print_line(str(in_session(copy)))


async def export_in(session: Session, event: str, rundir: Path) -> Path:
    """Copy an event into `rundir`, or bring such a copy up to date; return its folder."""
    from llama.adapters.event_folder import DiskEventFolder
    from llama.client.local.exporting import export_event

    await state_in(session, event)
    rows = await session.models.facts(event)
    folder = DiskEventFolder(rundir.expanduser().resolve() / event)
    facts = [FACTS.validate_json(row.body) for row in rows]
    origin = f"the system in {session.settings.home}"
    await export_event(event, facts, artifacts=session.artifacts, folder=folder, origin=origin)
    return folder.path
