"""The order of a listing: by one value, ties by event id, what has no value last.

It is the order of `Downselection.arrange`, the newest first if nothing else is asked for; but
events without a time come last, where a run would ask for a sortkey.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from llama.domain.selection.criteria import SortKey
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.event_profile import EventProfile
from llama.domain.selection.sorting import Value, plain_value_of


@dataclass(frozen=True, slots=True)
class Order:
    """How events stand in a listing."""

    key: SortKey = SortKey.EVENTTIME
    is_descending: bool = True
    are_ids_descending: bool = False

    @classmethod
    def of(cls, downselection: Downselection) -> Self:
        """Return the order that a downselection asks for; ValueError if it is code."""
        sortkey, backwards = downselection.sortkey, downselection.reverse
        if sortkey is None:
            return cls(SortKey.EVENTTIME, not backwards, backwards)
        if callable(sortkey):
            keys = ", ".join(SortKey)
            message = f"a sortkey that is code cannot be sent: name one of {keys}"
            raise ValueError(message)  # noqa: TRY004 - as for any other bad value
        return cls(sortkey, backwards, backwards)

    def value(self, event: EventProfile) -> Value:
        """Return what an event is sorted by; None if it has no such value."""
        return plain_value_of(self.key, event)

    def sort(self, events: Iterable[EventProfile]) -> list[EventProfile]:
        """Put events in order."""
        by_id = sorted(events, key=lambda event: event.eventid, reverse=self.are_ids_descending)
        valued = [(self.value(event), event) for event in by_id]
        known = [(_number(value), event) for value, event in valued if value is not None]
        known.sort(key=lambda entry: entry[0], reverse=self.is_descending)
        return [
            *(event for _, event in known),
            *(event for value, event in valued if value is None),
        ]

    def is_after(self, event: EventProfile, value: Value, eventid: str) -> bool:
        """Tell whether an event stands behind the place of a value and an event id."""
        own = self.value(event)
        if own is None or value is None:
            return own is None and (value is not None or self._is_id_after(event, eventid))
        if own == value:
            return self._is_id_after(event, eventid)
        return (_number(own) < _number(value)) is self.is_descending

    def _is_id_after(self, event: EventProfile, eventid: str) -> bool:
        own = event.eventid
        return own < eventid if self.are_ids_descending else own > eventid


def _number(value: datetime | float) -> float:
    return value.timestamp() if isinstance(value, datetime) else value
