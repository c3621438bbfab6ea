"""What downselections judge an event by, derived from its state alone."""

from collections import defaultdict
from collections.abc import Sequence

from llama.domain.assessment import Status
from llama.domain.selection.event_profile import EventProfile
from llama.domain.shown import shown_files
from llama.domain.shown_rows import ShownFile
from llama.domain.states import EventState
from llama.domain.told import (
    classes_of,
    event_time_of,
    far_of,
    labels_of,
)

__all__ = ["EventProfile", "about", "event_time_of", "profile_of"]


def about(state: EventState) -> EventProfile:
    """Return what downselections judge an event by."""
    return profile_of(state, shown_files(state))


def profile_of(state: EventState, files: Sequence[ShownFile]) -> EventProfile:
    """Return what downselections judge an event by, with its files as lists show them at hand."""
    return EventProfile(
        eventid=state.event,
        event_time=event_time_of(state),
        files=_existing(state, files),
        handlers=_complete(files),
        recorded=frozenset(state.made),
        statuses=_statuses(state, files),
        obsolete=frozenset(file.name for file in files if file.status == Status.OBSOLETE),
        labels=labels_of(state),
        flags=state.flags,
        first_at=state.first_file_at,
        modified_at=state.tree_changed_at,
        far=far_of(state),
        classes=classes_of(state),
        manifest=state.manifest.digest if state.manifest else None,
    )


def _existing(state: EventState, files: Sequence[ShownFile]) -> frozenset[str]:
    """Return the files that may be shown; before there is a pipeline, all that notices brought."""
    if state.manifest is None:
        return frozenset(state.tree)
    return frozenset(file.name for file in files if file.digest is not None)


def _complete(files: Sequence[ShownFile]) -> frozenset[str]:
    present: dict[str, list[bool]] = defaultdict(list)
    for file in files:
        present[file.handler].append(file.digest is not None)
    return frozenset(handler for handler, known in present.items() if all(known))


def _statuses(state: EventState, files: Sequence[ShownFile]) -> frozenset[Status]:
    if state.manifest is None:
        return frozenset([Status.CURRENT] if state.tree else [])
    return frozenset(Status(status) for status in {file.status for file in files})
