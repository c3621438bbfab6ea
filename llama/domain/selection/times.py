"""What is asked of one of an event's times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from llama.domain.moments import seconds_ago

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_AGES: Mapping[str, str] = MappingProxyType(
    {
        "modbefore": "sec_since_mod_gt",
        "modafter": "sec_since_mod_lt",
        "v0before": "sec_since_v0_gt",
        "v0after": "sec_since_v0_lt",
    }
)
"""Criteria of moments, and those that say the same of ages."""


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


def with_ages(criteria: Mapping[str, object]) -> dict[str, object]:
    """Return criteria in which `modafter=2h` is `sec_since_mod_lt=7200`: ages go by the clock.

    ValueError if both are given.
    """
    told: dict[str, object] = {}
    for name, value in criteria.items():
        age = seconds_ago(value) if name in _AGES and isinstance(value, str) else None
        meant = name if age is None else _AGES[name]
        if meant != name and meant in criteria:
            raise ValueError(f"{name}={value} and {meant} say the same thing: leave one out")
        told[meant] = value if age is None else age
    return told


def _ago(age_s: float | None, now: datetime) -> datetime | None:
    if age_s is None:
        return None
    try:
        return now - timedelta(seconds=age_s)
    except OverflowError:
        return _EARLIEST
