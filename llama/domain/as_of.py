"""An event as it was at an earlier moment, from its facts alone.

As-of T goes by the running maximum of `occurred_at`: clocks of several producers differ a little,
and a fact that is dated before one that was already on the log happened, for the event, with it.
So the facts as of T are a beginning of the log, and a later T never shows fewer of them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from llama.domain.errors import NoMoment
from llama.domain.moves import Folded
from llama.domain.outlook import Outlook
from llama.domain.revisions import changed_files
from llama.domain.states import BEGINNING, EventState
from llama.domain.told import event_time_of
from llama.domain.wiring import Wirings
from schemas.base import EARLIEST_YEAR, LATEST_YEAR, zulu
from schemas.facts import Fact, TriggerReceived

_ADVICE = "write it like 2026-11-20T12:00Z, 2026-11-20 (its first moment in UTC) or 2h ago"
_AGE = re.compile(r"-?(?P<count>[0-9]{1,6}(\.[0-9]{1,3})?) ?(?P<unit>[smhdw])( ago)?")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def facts_as_of(facts: Iterable[Fact], moment: datetime) -> Iterator[Fact]:
    """Go through the facts that an event had at a moment, of all its facts in order."""
    latest = BEGINNING
    for fact in facts:
        latest = max(latest, fact.occurred_at)
        if latest > moment:
            return
        yield fact


def outlook_as_of(
    event: str, facts: Iterable[Fact], moment: datetime, wirings: Wirings | None = None
) -> Outlook | None:
    """Return an event as it was at a moment, assessed; None if nothing had come in by then."""
    known = wirings or Wirings()
    outlook = Outlook.of(EventState(event))
    for fact in facts_as_of(facts, moment):
        outlook = outlook.after(fact, known)
    return outlook if outlook.state.sequence else None


def state_as_of(event: str, facts: Iterable[Fact], moment: datetime) -> EventState | None:
    """Return the state of an event at a moment; None if nothing had come in by then."""
    outlook = outlook_as_of(event, facts, moment)
    return outlook and outlook.state


def changes_as_of(event: str, facts: Iterable[Fact], moment: datetime) -> int:
    """Return how many of the facts up to a moment changed the files: so long was the history."""
    outlook, wirings, count = Outlook.of(EventState(event)), Wirings(), 0
    for fact in facts_as_of(facts, moment):
        after = outlook.after(fact, wirings)
        count += bool(changed_files(outlook.state, after.state))
        outlook = after
    return count


def place_of(state: EventState) -> datetime | None:
    """Return the time by which lists put an event in order; None while it is in none."""
    if state.notice is None:
        return state.as_of if state.sequence else None
    return event_time_of(state) or state.notice.time_created


@dataclass(frozen=True, slots=True)
class Place:
    """From a moment on, lists put an event at this time."""

    event: str
    sequence: int
    """Of the fact that put it there."""
    since: datetime
    place: datetime


def places_in(steps: Iterable[Folded]) -> list[Place]:
    """Return where some folded facts have put their events in lists, if elsewhere than before."""
    places: list[Place] = []
    for step in steps:
        before, after = step.before, step.after
        # With a notice, only another notice can move an event.
        if isinstance(step.fact, TriggerReceived) or after.notice is None:
            place = place_of(after)
            if place is not None and place != place_of(before):
                places.append(Place(after.event, after.sequence, after.as_of, place))
    return places


def moment_of(text: str, now: datetime) -> datetime:
    """Read a moment that somebody typed; NoMoment if it is none, or is still to come.

    A time needs its zone (Z or an offset such as +01:00), a date alone is its first moment in UTC,
    and an age counts back from now: `2h ago`, `-2h`, `90s`, `1.5d`, with s, m, h, d or w.
    """
    written = text.strip()
    moment = _age(written, now) or _day(written) or _instant(written)
    if moment > now:
        message = f"{written} is still to come: it is {zulu(now)} now"
        raise NoMoment(f"{message}; nobody knows the state of a later moment")
    return moment


def _age(text: str, now: datetime) -> datetime | None:
    found = _AGE.fullmatch(text)
    if found is None:
        return None
    try:
        moment = now - timedelta(seconds=float(found["count"]) * _UNITS[found["unit"]])
    except OverflowError as error:
        raise NoMoment(f"{text!r} is before the beginning of time: {_ADVICE}") from error
    return _within_reach(moment, text)


def _day(text: str) -> datetime | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return _within_reach(datetime(day.year, day.month, day.day, tzinfo=UTC), text)


def _instant(text: str) -> datetime:
    try:
        # In a query string a plus sign that was not written as %2B arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError as error:
        raise NoMoment(f"{text[:60]!r} is no moment: {_ADVICE}") from error
    if moment.tzinfo is None:
        raise NoMoment(f"{text!r} does not say its zone: write {text}Z if it is UTC")
    return _within_reach(moment, text)


def _within_reach(moment: datetime, text: str) -> datetime:
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise NoMoment(f"{text!r} is not from {EARLIEST_YEAR} to {LATEST_YEAR}: {_ADVICE}")
    return moment.astimezone(UTC)
