"""One language for moments: times with a zone, dates and ages."""

from datetime import UTC, datetime, timedelta

import pytest

from llama.domain.errors import NoMoment
from llama.domain.moments import moment_of, seconds_ago

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T12:00Z", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20t12:00z", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20T12:00:00.5+01:00", datetime(2026, 11, 20, 11, 0, 0, 500000, tzinfo=UTC)),
        ("2026-11-20T12:00 01:00", datetime(2026, 11, 20, 11, tzinfo=UTC)),
        ("2026-11-20 12:00Z", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("now", NOW),
        ("2h ago", NOW - timedelta(hours=2)),
        ("-2h", NOW - timedelta(hours=2)),
        ("1.5d", NOW - timedelta(hours=36)),
        ("0s", NOW),
        ("5min", NOW - timedelta(minutes=5)),
        ("5 minutes ago", NOW - timedelta(minutes=5)),
        ("1 hour", NOW - timedelta(hours=1)),
        ("90 Seconds ago", NOW - timedelta(seconds=90)),
        ("2 weeks", NOW - timedelta(weeks=2)),
    ],
)
def test_a_moment_is_read_as_it_is_meant(text: str, moment: datetime) -> None:
    assert moment_of(text, NOW) == moment


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-11-20T12:00", "does not say its zone: write 2026-11-20T12:00Z"),
        ("2026-11-23", "is still to come: it is 2026-11-22T12:00:00"),
        ("yesterday", "is no moment: write it like 2026-11-20T12:00Z"),
        ("2 months", "is no moment"),
        ("1969-01-01", "is not from 1970 to 2200"),
        ("999999w", "is before the beginning of time"),
        ("0001-01-01T00:00+23:59", "is not from 1970 to 2200"),
        ("", "is no moment"),
    ],
)
def test_what_is_no_moment_is_refused_with_advice(text: str, why: str) -> None:
    with pytest.raises(NoMoment, match=why.replace("+", r"\+")):
        moment_of(text, NOW)


def test_an_age_alone_is_so_many_seconds() -> None:
    ages = [seconds_ago(text) for text in ("now", "2h", "1.5 min ago", "2026-11-20", "1700000000")]

    assert ages == [0, 7200, 90, None, None]
