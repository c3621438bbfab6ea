"""Listings in pages: a question about all events, and where its next page begins.

A cursor is the place behind the last event that was shown, not a number of events: whatever comes
in between, nothing is shown twice and nothing that stays where it is is left out. The cursor also
keeps the moment of the first page, from which ages are counted on all pages; if the list is one of
that moment (not of now), so are all its pages.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from llama.domain.digests import digest_json
from llama.domain.selection.criteria import SortKey
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.event_profile import EventProfile
from llama.domain.selection.order import Order
from llama.domain.selection.text import to_pairs
from schemas.base import EventId, Moment

LONGEST_CURSOR = 1000
"""Characters; ours have about 250."""
MOST_SERVED = 10**12

Row = TypeVar("Row")
_Far = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Cursor(BaseModel):
    """Where a listing goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    question: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    """Which criteria it belongs to."""
    asked_at: Moment
    """The moment of the first page."""
    served: Annotated[NonNegativeInt, Field(le=MOST_SERVED)]
    """How many events the pages before have shown."""
    event: EventId
    """The last event shown."""
    moment: Moment | None = None
    """What it is sorted by, if that is a time."""
    far: _Far | None = None
    """What it is sorted by, if that is a rate."""
    is_past: bool = False
    """Whether events are listed as they were at that moment."""

    @property
    def text(self) -> str:
        """The cursor as it travels: letters that need no quoting anywhere."""
        written = self.model_dump_json(exclude_defaults=True).encode()
        return base64.urlsafe_b64encode(written).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a cursor; ValueError for what is none."""
        try:
            if len(text) > LONGEST_CURSOR:
                raise ValueError(f"{len(text)} characters")
            written = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return cls.model_validate_json(written)
        except (ValidationError, binascii.Error, UnicodeError, ValueError) as error:
            message = "is no cursor: give `next` of the page before, as it is, or none at all"
            raise ValueError(f"{text[:20]!r}... {message}") from error


@dataclass(frozen=True, slots=True)
class Question:
    """One page of the events that a downselection means; make it with `ask`."""

    downselection: Downselection
    order: Order
    now: datetime
    """What ages are counted from."""
    size: int
    """At most so many events on the page."""
    after: Cursor | None = None
    is_past: bool = False
    """Whether it asks what events were at `now`: else, what they are."""

    @property
    def served(self) -> int:
        """How many events the pages before have shown."""
        return self.after.served if self.after else 0

    @property
    def wanted(self) -> int:
        """How many events to look for: one more than is shown tells whether there is a next page.

        Never more than the downselection's limit leaves.
        """
        limit = self.downselection.limit
        return self.size + 1 if limit is None else min(self.size + 1, max(0, limit - self.served))


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some events of a listing, and the cursor of those that follow; None: these are the last."""

    rows: tuple[Row, ...]
    next: str | None


def ask(
    downselection: Downselection,
    *,
    now: datetime,
    size: int,
    after: str | None = None,
    is_past: bool = False,
) -> Question:
    """Ask for a page: the first, or that behind a cursor, which says as of which moment, too.

    `is_past`: of events as they were at `now`. ValueError if the cursor is none, or one of other
    criteria, or one of the present where the past is asked for, or if the sortkey is code.
    """
    order = Order.of(downselection)
    if after is None:
        return Question(downselection, order, now, size, is_past=is_past)
    cursor = Cursor.read(after)
    if cursor.question != _name_of(downselection) or not _fits(cursor, order):
        raise ValueError("this cursor belongs to other criteria: ask again without it")
    if is_past and not cursor.is_past:
        raise ValueError("this cursor belongs to a list of now: ask again without it")
    return Question(downselection, order, cursor.asked_at, size, cursor, cursor.is_past)


def page_of(question: Question, found: Iterable[tuple[EventProfile, Row]]) -> Page[Row]:
    """Return the page from the events found for it, in order: `wanted` of them, if there are."""
    events = list(found)[: question.wanted]
    shown = events[: question.size]
    last = shown[-1][0] if shown and len(events) > question.size else None
    rows = tuple(row for _, row in shown)
    return Page(rows, last and _cursor(question, last, len(shown)).text)


def find(question: Question, events: Iterable[EventProfile]) -> list[EventProfile]:
    """Return what a question looks for among events: what Postgres does, in plain words."""
    chosen, after, order = question.downselection, question.after, question.order
    met = [event for event in events if chosen.matches(event, question.now)]
    if after is not None:
        value = value_after(after, order)
        met = [event for event in met if order.is_after(event, value, after.event)]
    return order.sort(met)[: question.wanted]


def value_after(cursor: Cursor, order: Order) -> datetime | float | None:
    """Return what the last event shown was sorted by; None if it had no such value."""
    match order.key:
        case SortKey.EVENTID:
            return 0.0
        case SortKey.FAR:
            return cursor.far
        case _:
            return cursor.moment


def _cursor(question: Question, last: EventProfile, shown: int) -> Cursor:
    value = question.order.value(last)
    return Cursor(
        question=_name_of(question.downselection),
        asked_at=question.now,
        served=min(question.served + shown, MOST_SERVED),
        event=last.eventid,
        moment=value if isinstance(value, datetime) else None,
        far=value if question.order.key is SortKey.FAR and isinstance(value, float) else None,
        is_past=question.is_past,
    )


def _fits(cursor: Cursor, order: Order) -> bool:
    is_by_time = order.key not in {SortKey.FAR, SortKey.EVENTID}
    return (cursor.moment is None or is_by_time) and (
        cursor.far is None or order.key is SortKey.FAR
    )


def _name_of(downselection: Downselection) -> str:
    """Return what tells criteria from others."""
    return digest_json(list(to_pairs(downselection)))[:16]
