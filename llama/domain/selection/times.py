"""What is asked of one of an event's times."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimeBounds:
    """What is asked of one of an event's times; None: nothing."""

    before: datetime | None
    after: datetime | None
    older_s: float | None
    younger_s: float | None

    def window(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """Return the moments that a time must come after and before; None: there is no such bound.

        Ages are counted to the microsecond.
        """
        afters = (self.after, _ago(self.younger_s, now))
        befores = (self.before, _ago(self.older_s, now))
        return (
            max((moment for moment in afters if moment is not None), default=None),
            min((moment for moment in befores if moment is not None), default=None),
        )

    def hold(self, at: datetime | None, now: datetime) -> bool:
        """Tell whether a time is within the bounds; an event that has no such time is not."""
        after, before = self.window(now)
        if after is None and before is None:
            return True
        return at is not None and (after is None or at > after) and (before is None or at < before)


def _ago(age_s: float | None, now: datetime) -> datetime | None:
    if age_s is None:
        return None
    try:
        return now - timedelta(seconds=age_s)
    except OverflowError:
        return _EARLIEST
