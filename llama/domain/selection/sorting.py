"""What events are sorted by."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from llama.domain.selection.criteria import Comparable, SortKey
from llama.domain.selection.event_profile import EventProfile

Value: TypeAlias = datetime | float | None
"""What can be sorted by before event ids decide."""

_GET: Mapping[SortKey, Callable[[EventProfile], Value]] = MappingProxyType(
    {
        SortKey.EVENTTIME: lambda event: event.event_time,
        SortKey.EVENTID: lambda _: 0.0,  # all alike: their ids decide
        SortKey.MODTIME: lambda event: event.modified_at,
        SortKey.V0TIME: lambda event: event.first_at,
        SortKey.FAR: lambda event: event.far,
    }
)


def plain_value_of(sortkey: SortKey, event: EventProfile) -> Value:
    """Return what an event is sorted by; None if it has no such value."""
    return _GET[sortkey](event)


def value_of(
    sortkey: SortKey | Callable[..., Comparable | None], event: EventProfile
) -> Comparable | None:
    """Return what an event is sorted by, be it that code says it."""
    return _GET[sortkey](event) if isinstance(sortkey, SortKey) else sortkey(event)
