"""Criteria of time: before, after, and how long ago."""

from datetime import timedelta

import pytest

from llama.domain.selection.criteria import Criteria
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.profile import EventProfile
from tests.support.selecting import AN_HOUR_AGO, NOW, ONLY_RICH, RICH, kept


@pytest.mark.parametrize("name", ["modbefore", "v0before"])
def test_before_is_strict(name: str) -> None:
    assert kept(**{name: AN_HOUR_AGO + timedelta(microseconds=1)}) == ONLY_RICH
    assert kept(**{name: AN_HOUR_AGO}) == []


@pytest.mark.parametrize("name", ["modafter", "v0after"])
def test_after_is_strict(name: str) -> None:
    assert kept(**{name: AN_HOUR_AGO - timedelta(microseconds=1)}) == ONLY_RICH
    assert kept(**{name: AN_HOUR_AGO}) == []


@pytest.mark.parametrize("name", ["sec_since_mod_gt", "sec_since_v0_gt"])
def test_sec_since_gt_keeps_what_is_longer_ago(name: str) -> None:
    assert kept(**{name: 3599.5}) == ONLY_RICH
    assert kept(**{name: 3600}) == []


@pytest.mark.parametrize("name", ["sec_since_mod_lt", "sec_since_v0_lt"])
def test_sec_since_lt_keeps_what_is_more_recent(name: str) -> None:
    assert kept(**{name: 3600.5}) == ONLY_RICH
    assert kept(**{name: 3600}) == []


def test_seconds_are_counted_to_the_moment_that_is_given() -> None:
    recent = Downselection.of(sec_since_v0_lt=7200)

    assert recent.matches(RICH, NOW)
    assert not recent.matches(RICH, NOW + timedelta(hours=1))


def test_modification_and_first_version_are_two_times() -> None:
    event = EventProfile("S1", first_at=AN_HOUR_AGO, modified_at=NOW)

    assert Downselection.of(v0before=NOW, modafter=AN_HOUR_AGO).matches(event, NOW)
    assert not Downselection.of(modbefore=NOW).matches(event, NOW)
    assert not Downselection.of(v0after=AN_HOUR_AGO).matches(event, NOW)


TIMES: tuple[Criteria, ...] = (
    {"v0before": NOW},
    {"v0after": 0},
    {"sec_since_v0_gt": 0},
    {"sec_since_v0_lt": 1e9},
    {"modbefore": NOW},
    {"modafter": 0},
    {"sec_since_mod_gt": 0},
    {"sec_since_mod_lt": 1e9},
)


@pytest.mark.parametrize("criteria", TIMES, ids=lambda one: next(iter(one)))
def test_events_without_files_meet_no_criterion_of_time(criteria: Criteria) -> None:
    timeless = EventProfile("S230914ak")

    assert not Downselection.of(**criteria).matches(timeless, NOW)


def test_only_ages_are_clock_relative() -> None:
    relative = {
        name
        for criteria in TIMES
        for name in criteria
        if Downselection.of(**criteria).is_clock_relative
    }

    assert relative == {
        "sec_since_v0_gt",
        "sec_since_v0_lt",
        "sec_since_mod_gt",
        "sec_since_mod_lt",
    }
    assert not Downselection.of(vetoed=True, limit=3).is_clock_relative


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ({"modafter": "2h"}, {"sec_since_mod_lt": 7200}),
        ({"modbefore": "5 minutes ago"}, {"sec_since_mod_gt": 300}),
        ({"v0after": "now"}, {"sec_since_v0_lt": 0}),
        ({"v0before": "1d"}, {"sec_since_v0_gt": 86400}),
    ],
)
def test_a_moment_may_be_an_age(typed: Criteria, meant: Criteria) -> None:
    assert Downselection.of(**typed) == Downselection.of(**meant)


def test_a_moment_and_the_same_age_are_too_much() -> None:
    with pytest.raises(ValueError, match="say the same thing: leave one out"):
        Downselection.of(modafter="2h", sec_since_mod_lt=7200)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="does not say its zone: write 2026-11-20T12:00Z"):
        Downselection.of(modafter="2026-11-20T12:00")
