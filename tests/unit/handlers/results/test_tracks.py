"""Tracks are joined with their significance by id, and ranked."""

import pytest

from llama.domain.handler import PermanentError
from llama.handlers.results.result import joint_result, neutrino_facts
from llama.handlers.results.tracks import RankedTrack, instant
from tests.support.joint_samples import (
    PLACES,
    alert_json,
    neutrinos_json,
    significance_json,
    track_json,
    without_p_values,
)


def tracks(**files: object) -> tuple[RankedTrack, ...]:
    neutrinos, significance = files.get("neutrinos", neutrinos_json()), files.get("significance")
    assert isinstance(neutrinos, dict)
    assert significance is None or isinstance(significance, dict)
    return joint_result(alert_json(), neutrinos=neutrinos, significance=significance).tracks


def test_the_largest_odds_and_with_them_the_smallest_p_value_are_first() -> None:
    found = tracks(significance=significance_json())

    assert [one.rank for one in found] == [1, 2, 3, 4, 5, 6]
    assert [one.p_value for one in found] == sorted(place[5] for place in PLACES)


def test_the_largest_odds_go_before_the_smallest_p_value() -> None:
    names = [str(track_json(number, place)["id"]) for number, place in enumerate(PLACES[:2])]
    singles = [
        {"id": name, "odds_ratio": odds, "p_value": p}
        for name, odds, p in zip(names, (3.0, 7.0), (0.01, 0.02), strict=True)
    ]
    judged = significance_json(PLACES[:2], single_neutrino=singles)

    found = tracks(neutrinos=neutrinos_json(PLACES[:2]), significance=judged)

    assert [one.id for one in found] == names[::-1]


def test_without_p_values_the_largest_odds_are_first() -> None:
    found = tracks(significance=without_p_values(significance_json(), "none"))

    odds = [one.odds_ratio or 0.0 for one in found]
    assert odds == sorted(odds, reverse=True)
    assert sum(one.odds_share or 0.0 for one in found) == pytest.approx(1.0)


def test_without_a_significance_the_nearest_in_time_is_first() -> None:
    found = tracks()

    assert [one.dt_s for one in found] == sorted((place[0] for place in PLACES), key=abs)
    assert {one.odds_share for one in found} == {None}


def test_time_differences_are_those_of_neutrino_less_event() -> None:
    given = tracks(significance=significance_json())
    computed = {one.id: one.dt_s for one in tracks()}

    assert all(computed[one.id] == pytest.approx(one.dt_s, abs=2e-6) for one in given)


def test_the_radius_of_90_percent_is_2_145966_sigma() -> None:
    found = tracks(significance=significance_json())[0]

    assert found.radius_90_deg / found.sigma_deg == pytest.approx(2.145966, abs=1e-6)


def test_no_radius_is_larger_than_half_the_sky_goes() -> None:
    found = tracks(neutrinos=neutrinos_json([(0.0, 1.0, 2.0, 170.0, 1e3, 0.5)]))

    assert found[0].radius_90_deg == 180.0


@pytest.mark.parametrize("missing", ["ra_deg", "dec_deg", "sigma_deg"])
def test_a_track_without_a_place_is_refused_by_name(missing: str) -> None:
    broken = neutrinos_json([PLACES[0]])
    listed = broken["tracks"]
    assert isinstance(listed, list)
    listed[0][missing] = None

    with pytest.raises(PermanentError, match=f"track 138590_39138551 has no {missing}"):
        tracks(neutrinos=broken)


def test_a_list_that_does_not_say_that_it_is_complete_is_not() -> None:
    assert not neutrino_facts({}).is_complete


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_that_no_calendar_has_in_utc_is_none(time: str) -> None:
    assert instant(time) is None


def test_odd_files_count_as_saying_nothing() -> None:
    odd = {"tracks": "none", "window": [], "rate_hz": "high", "complete": "yes"}

    found = joint_result(alert_json(event=[]), neutrinos=odd, significance={"background": 3})

    assert (found.tracks, found.event_time, found.p_value) == ((), None, None)
    assert found.is_partial


@pytest.mark.parametrize(
    ("p", "odds", "shared"),
    [(0.05, 1e-9, True), (0.2, 1e9, False), (None, 1e-56, False), (None, 20.0, True)],
)
def test_shares_are_told_of_odds_that_speak_for_a_common_source_alone(
    *, p: float | None, odds: float, shared: bool
) -> None:
    place = PLACES[0]
    single = {"id": track_json(0, place)["id"], "odds_ratio": odds, "p_value": None}
    judged = significance_json([place], p_value=p, single_neutrino=[single])

    found = tracks(neutrinos=neutrinos_json([place]), significance=judged)

    assert found[0].odds_share == (1.0 if shared else None)
