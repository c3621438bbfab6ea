"""Moments as people write them: one language, wherever one is asked for.

A time needs its zone (`2026-11-20T12:00Z`, `2026-11-20T13:00+01:00`), a date alone is its first
moment in UTC, and an age counts back from now: `2h`, `-2h`, `1.5d`, `5min`, `5 minutes ago`, `now`.
"""

import re
from datetime import UTC, date, datetime, timedelta

from llama.domain.errors import NoMoment
from schemas.base import EARLIEST_YEAR, LATEST_YEAR, zulu

_ADVICE = "write it like 2026-11-20T12:00Z, 2026-11-20 (its first moment in UTC) or 2h ago"
_UNIT = r"(?P<unit>s|m|h|d|w)|(?P<word>sec|min|second|minute|hour|day|week)s?"
_AGE = re.compile(rf"-?(?P<count>[0-9]{{1,6}}(\.[0-9]{{1,3}})?) ?({_UNIT})( ago)?", re.IGNORECASE)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_NOW = "now"


def moment_of(text: str, now: datetime) -> datetime:
    """Read a moment that has been; NoMoment if the text is none, or it is still to come."""
    written = text.strip()
    age = seconds_ago(written)
    moment = time_of(written) if age is None else _before(now, age, written)
    if moment > now:
        message = f"{written} is still to come: it is {zulu(now)} now"
        raise NoMoment(f"{message}; nobody knows the state of a later moment")
    return moment


def seconds_ago(text: str) -> float | None:
    """Read an age in seconds; None if the text is none."""
    written = text.strip()
    if written.lower() == _NOW:
        return 0.0
    found = _AGE.fullmatch(written)
    if found is None:
        return None
    unit = (found["unit"] or found["word"])[0].lower()
    return float(found["count"]) * _UNITS[unit]


def time_of(text: str) -> datetime:
    """Read a time with its zone, or a date, also one that is to come; NoMoment if it is neither."""
    written = text.strip()
    return _day(written) or _instant(written)


def _before(now: datetime, age_s: float, text: str) -> datetime:
    try:
        moment = now - timedelta(seconds=age_s)
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
    upper = text.upper()  # `t` and `z` are allowed by RFC 3339, and not by Python.
    try:
        # In a query string a plus sign that was not written as %2B arrives as a space.
        moment = datetime.fromisoformat(upper.replace(" ", "+") if "T" in upper else upper)
    except ValueError as error:
        raise NoMoment(f"{text[:60]!r} is no moment: {_ADVICE}") from error
    if moment.tzinfo is None:
        raise NoMoment(f"{text!r} does not say its zone: write {text}Z if it is UTC")
    return _within_reach(moment, text)


def _within_reach(moment: datetime, text: str) -> datetime:
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise NoMoment(f"{text!r} is not from {EARLIEST_YEAR} to {LATEST_YEAR}: {_ADVICE}")
    return moment.astimezone(UTC)
