"""Times as notices write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llama.domain.notice.times import EARLIEST, LATEST, read_time, write_time


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("2018-11-01T22:34:20Z", "2018-11-01T22:34:20Z"),
        ("2018-11-01T22:34:20", "2018-11-01T22:34:20Z"),
        ("2018-11-01 22:34:20 UTC", "2018-11-01T22:34:20Z"),
        ("2018-11-01t22:34:20z", "2018-11-01T22:34:20Z"),
        ("2018-11-01T22:34Z", "2018-11-01T22:34:00Z"),
        ("2018-11-01T22:34:20.0Z", "2018-11-01T22:34:20Z"),
        ("2018-11-01T22:22:46.654Z", "2018-11-01T22:22:46.654Z"),
        ("2018-11-01T22:22:46,5Z", "2018-11-01T22:22:46.500Z"),
        ("2018-11-01T22:22:46.654321987Z", "2018-11-01T22:22:46.654321Z"),
        ("2018-11-01T22:34:20+00:00", "2018-11-01T22:34:20Z"),
        ("2018-11-02T00:04:20+0130", "2018-11-01T22:34:20Z"),
        ("2018-11-01T14:34:20-08", "2018-11-01T22:34:20Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
    ],
)
def test_reads_the_dialects_of_iso_8601(text: str, normal: str) -> None:
    time = read_time(text)

    assert time is not None
    assert write_time(time.utc) == normal


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2018-11-01",
        "20181101T223420Z",
        "2018-W44-4T22:34:20Z",
        "2018-11-01T22:34:20Z\n",
        " 2018-11-01T22:34:20Z",
        "2018-11-01T22:34:61Z",
        "2018-11-01T24:00:00Z",
        "2018-02-29T00:00:00Z",
        "2018-11-01T22:34:20+24:00",
        "2018-11-01T22:34:20+01:60",
        "2018-11-01T22:34:20EST",
        "\u0662\u0660\u0661\u0668-11-01T22:34:20Z",
        "2018-11-01T22:34:\u0662\u0660Z",
        "1999-12-31T23:59:59Z",
        "2101-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:60-23:59",
        "2018-11-01T22:34:20." + "9" * 100_000,
        20181101,
        None,
        ["2018-11-01T22:34:20Z"],
    ],
)
def test_reads_nothing_else_as_a_time(value: object) -> None:
    assert read_time(value) is None


def test_says_whether_the_zone_was_named() -> None:
    zoned, unzoned = read_time("2018-11-01T22:34:20Z"), read_time("2018-11-01T22:34:20")

    assert zoned is not None
    assert zoned.is_zoned
    assert unzoned is not None
    assert not unzoned.is_zoned


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@UNHURRIED
@given(st.datetimes(datetime(1999, 12, 31), datetime(2101, 1, 2), timezones=OFFSETS))  # noqa: DTZ001 - hypothesis adds the zone
def test_reads_what_python_writes(time: datetime) -> None:
    read = read_time(time.isoformat())

    if EARLIEST <= time < LATEST:
        assert read is not None
        assert read.utc == time
    else:
        assert read is None


@UNHURRIED
@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_reads_back_what_it_writes(time: datetime) -> None:
    read = read_time(write_time(time))

    assert read is not None
    assert read.utc == time
