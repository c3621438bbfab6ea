"""Times of events: ISO 8601 in UTC and GPS seconds."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class EventTime:
    """One instant in two notations."""

    iso: str
    """ISO 8601, UTC, with a trailing Z and microseconds."""
    gps_s: float
    """Seconds since 1980-01-06T00:00:00 UTC, leap seconds counted."""


def event_time(value: str | None) -> EventTime | None:
    """Read an ISO 8601 time (UTC unless it says otherwise); None if it is none."""
    instant = _instant(value)
    if instant is None or instant.year < 1980:
        return None
    return EventTime(instant.isoformat(timespec="microseconds")[:26] + "Z", gps_seconds(instant))


def gps_seconds(instant: datetime) -> float:
    """Return the GPS time of an aware instant, to the microsecond."""
    from astropy.time import Time

    utc = instant.astimezone(UTC).replace(tzinfo=None)
    gps: object = Time(utc, format="datetime", scale="utc").gps
    return round(float(str(gps)), 6)


def _instant(value: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(value or "")
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC)
