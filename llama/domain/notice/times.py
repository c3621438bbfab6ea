"""Times as notices write them: ISO 8601, in several dialects."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2101, 1, 1, tzinfo=UTC)

_ISO_8601 = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]"
    r"(?P<clock>[0-9]{2}:[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,12}))?)?"
    r"(?: ?(?P<zone>[Zz]|UTC|[+-][0-9]{2}(?::?[0-5][0-9])?))?"
)


@dataclass(frozen=True, slots=True)
class ReadTime:
    """A time of a notice and whether it named its zone."""

    utc: datetime
    """Aware, UTC, in the years 2000 to 2100; digits below the microsecond are cut."""
    is_zoned: bool
    """Without a zone the time was taken as UTC."""


def read_time(value: object) -> ReadTime | None:
    """Read an ISO 8601 time; None when it is not one, or not in the years 2000 to 2100.

    A space may stand for the `T`, a comma for the point; the second 60 is the next minute's 0.
    """
    parts = _ISO_8601.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        return None
    seconds = timedelta(
        seconds=int(parts["second"] or 0),
        microseconds=int((parts["fraction"] or "").ljust(6, "0")[:6]),
    )
    if seconds >= timedelta(seconds=61):
        return None
    try:
        minute = datetime.fromisoformat(f"{parts['date']}T{parts['clock']}")
        utc = (minute + seconds).replace(tzinfo=_zone(parts["zone"])).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return ReadTime(utc, parts["zone"] is not None) if EARLIEST <= utc < LATEST else None


def write_time(utc: datetime) -> str:
    """Write a UTC time as `2023-04-25T09:44:15Z`, with 3 or 6 decimals only where needed."""
    if utc.microsecond == 0:
        precision = "seconds"
    else:
        precision = "microseconds" if utc.microsecond % 1000 else "milliseconds"
    return utc.isoformat(timespec=precision).replace("+00:00", "Z")


def _zone(zone: str | None) -> timezone:
    if zone is None or zone in {"Z", "z", "UTC"}:
        return UTC
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-offset if zone[0] == "-" else offset)
