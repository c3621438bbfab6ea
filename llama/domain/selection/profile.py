"""What downselections judge an event by: a small record, derived from its state alone."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from llama.domain.flags import Flags
from llama.domain.states import EventState
from llama.domain.status import files_of


@dataclass(frozen=True, slots=True)
class EventProfile:
    """One event as criteria see it; its times are those of its facts, never of a file system."""

    eventid: str
    event_time: datetime | None = None
    """When it happened in the sky: of the newest notice that tells it."""
    files: frozenset[str] = frozenset()
    """Files that exist and may be shown."""
    handlers: frozenset[str] = frozenset()
    """Handlers all of whose files exist and may be shown."""
    recorded: frozenset[str] = frozenset()
    """Handlers with a record of their latest accepted run: digests, inputs, wall time."""
    flags: Flags = field(default_factory=Flags)
    first_at: datetime | None = None
    """When its first file came: the time of its version 0; None if none ever did."""
    modified_at: datetime | None = None
    """When a file last came, got another content, or went; None before the first."""
    manifest: str | None = None
    """Digest of the adopted pipeline."""


def about(state: EventState) -> EventProfile:
    """Return what downselections judge an event by."""
    files, handlers = _shown(state)
    return EventProfile(
        eventid=state.event,
        event_time=event_time_of(state),
        files=files,
        handlers=handlers,
        recorded=frozenset(state.made),
        flags=state.flags,
        first_at=state.first_file_at,
        modified_at=state.tree_changed_at,
        manifest=state.manifest.digest if state.manifest else None,
    )


def event_time_of(state: EventState) -> datetime | None:
    """Return the event's time as the newest notice that tells it does: a retraction does not."""
    telling = [record for record in state.notices.values() if record.event_time is not None]
    newest = max(telling, key=lambda record: record.age_key, default=None)
    return newest and newest.event_time


def _shown(state: EventState) -> tuple[frozenset[str], frozenset[str]]:
    """Return the files that may be shown, and the handlers that lack none of theirs."""
    present: dict[str, list[bool]] = defaultdict(list)
    files = files_of(state)
    for file in files:
        present[file.handler or ""].append(file.digest is not None)
    complete = {handler for handler, known in present.items() if handler and all(known)}
    return frozenset(file.name for file in files if file.digest), frozenset(complete)
