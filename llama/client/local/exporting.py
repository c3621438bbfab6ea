"""Copies an event of a running system into a folder, where people can read it without the system.

The copy is for reading: the system goes on writing the event's log, and two logs of one event would
disagree. Whoever wants to work with it makes a fork (`Event.fork`), which has a log of its own.
"""

from collections.abc import Sequence

from llama.client.local.edits import visible
from llama.domain.contents import digests_in
from llama.domain.errors import Misconfigured
from llama.domain.event_state import replay
from llama.ports.artifacts import Artifacts
from llama.ports.event_folder import EventFolder
from schemas.facts import Fact


async def export_event(
    event: str, facts: Sequence[Fact], *, artifacts: Artifacts, folder: EventFolder, origin: str
) -> int:
    """Bring a folder up to date with an event's facts; return how many were new to it.

    Misconfigured if the folder holds an event that is not an export, or of another history.
    """
    folder.create()
    known, _ = folder.facts(0)
    if known and not folder.origin:
        message = f"{folder.path} holds an event with a log of its own"
        raise Misconfigured(f"{message}: export to another folder")
    if list(known) != list(facts[: len(known)]):
        message = f"{folder.path} holds an event with another history"
        raise Misconfigured(f"{message}: delete it, or export to another folder")
    folder.mark(origin)
    new = facts[len(known) :]
    for digest in dict.fromkeys(digest for fact in new for digest in digests_in(fact)):
        folder.keep(await artifacts.get(digest))
    folder.append(new)
    folder.show(visible(replay(event, facts)))
    return len(new)
