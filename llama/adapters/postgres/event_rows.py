"""An event as a row: what lists show of it, and all that criteria judge it by."""

from collections.abc import Iterable

import orjson

from llama.adapters.postgres.database import Row
from llama.domain.labels import Label
from llama.domain.selection.event_profile import EventProfile
from llama.domain.selection.words import flag_words
from llama.domain.shown_rows import ShownEvent

EVENT_COLUMNS = 26
"""How many fields a row has."""
_SHOWN = tuple(ShownEvent.__slots__)


def event_row(event: ShownEvent, profile: EventProfile, sequence: int) -> tuple[object, ...]:
    """Return the parameters of `show_events` for one event, in their order."""
    return (
        *(event.event, event.alert_type, event.time_created, event.event_time),
        *(event.significant, event.is_test, event.retracted, event.settled),
        *(_json(event.flags), _json(event.files), event.changed_at, sequence),
        *(event.far, event.classification, _json(dict(profile.classes))),
        *(event.first_at, event.modified_at),
        *(profile.flags.VETOED, profile.flags.MANUAL),
        *_sets(profile),
    )


def read_event(row: Row) -> ShownEvent:
    """Return the event that a row shows."""
    fields = {name: row[name] for name in _SHOWN}
    fields["flags"] = orjson.loads(row["flags"])
    fields["files"] = orjson.loads(row["files"])
    fields["labels"] = tuple(Label(label) for label in sorted(row["labels"]))
    return ShownEvent(**fields)


def read_place(row: Row) -> EventProfile:
    """Return as much of an event's profile as says where it stands in an order."""
    return EventProfile(
        row["event"],
        event_time=row["event_time"],
        first_at=row["first_at"],
        modified_at=row["modified_at"],
        far=row["far"],
    )


def _sets(profile: EventProfile) -> tuple[str, ...]:
    """Return the sets, each as words between blanks."""
    sets: tuple[Iterable[str], ...] = (
        *(profile.files, profile.handlers, profile.recorded),
        *(profile.statuses, profile.obsolete, flag_words(profile.flags), profile.labels),
    )
    return tuple(" ".join(sorted(words)) for words in sets)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
