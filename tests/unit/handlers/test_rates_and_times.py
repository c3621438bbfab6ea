"""Rates in words and times in two notations."""

import pytest

from llama.handlers.sky.rates import YEAR_S, in_words
from llama.handlers.sky.times import event_time

YEARS = 1 / YEAR_S


@pytest.mark.parametrize(
    ("rate_hz", "words"),
    [
        (9.11069936486e-14, "1 per 348 thousand years"),
        (YEARS / 1.5e6, "1 per 1.5 million years"),
        (YEARS / 2.3e9, "1 per 2.3 billion years"),
        (YEARS / 4e13, "1 per 40 trillion years"),
        (YEARS / 9990, "1 per 9,990 years"),
        (YEARS / 1234, "1 per 1,230 years"),
        (YEARS, "1 per year"),
        (YEARS * 4, "1 per 3 months"),
        (1 / 86400, "1 per day"),
        (1 / 7200, "1 per 2 hours"),
        (1.0, "1 per second"),
        (20.0, "20 per second"),
        (0.0, "never"),
        (-1.0, None),
        (None, None),
    ],
)
def test_a_rate_is_said_as_people_say_it(rate_hz: float | None, words: str | None) -> None:
    assert in_words(rate_hz) == words


@pytest.mark.parametrize(
    ("given", "iso", "gps_s"),
    [
        ("1980-01-06T00:00:00Z", "1980-01-06T00:00:00.000000Z", 0.0),
        ("2018-11-01T22:22:46.654Z", "2018-11-01T22:22:46.654000Z", 1225146184.654),
        ("2017-08-17T12:41:04.4", "2017-08-17T12:41:04.400000Z", 1187008882.4),
        ("2017-08-17T14:41:04.4+02:00", "2017-08-17T12:41:04.400000Z", 1187008882.4),
    ],
)
def test_gps_time_counts_leap_seconds(given: str, iso: str, gps_s: float) -> None:
    found = event_time(given)

    assert found is not None
    assert (found.iso, found.gps_s) == (iso, gps_s)


@pytest.mark.parametrize("given", [None, "", "yesterday", "1066-10-14", "2020-13-01T00:00:00Z"])
def test_what_is_no_time_is_not_given(given: str | None) -> None:
    assert event_time(given) is None
