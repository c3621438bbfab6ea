"""Sorting, reversing and cutting, in one downselection and in chains."""

from datetime import UTC, datetime, timedelta

import pytest

from llama.domain.selection.chains import selected
from llama.domain.selection.criteria import SortKey
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.profile import EventProfile

NOW = datetime(2023, 9, 14, 12, tzinfo=UTC)


def an_event(
    name: str, *, hour: int | None = None, first: int | None = None, last: int | None = None
) -> EventProfile:
    times = [None if h is None else NOW - timedelta(hours=h) for h in (hour, first, last)]
    return EventProfile(name, event_time=times[0], first_at=times[1], modified_at=times[2])


EVENTS = (
    an_event("B", hour=3, first=2, last=1),
    an_event("D", hour=1, first=5, last=4),
    an_event("A", hour=2, first=3, last=2),
    an_event("C", hour=3, first=4, last=3),
)


def names(events: tuple[EventProfile, ...]) -> str:
    return "".join(event.eventid for event in events)


def applied(**criteria: object) -> str:
    return names(Downselection.read(criteria).apply(EVENTS, NOW))


def chained(*chain: dict[str, object], events: tuple[EventProfile, ...] = EVENTS) -> str:
    return names(selected(events, [Downselection.read(one) for one in chain], NOW))


def test_without_a_sortkey_apply_keeps_the_order() -> None:
    assert applied() == "BDAC"


@pytest.mark.parametrize(
    ("sortkey", "expected"),
    [("eventtime", "BCAD"), ("eventid", "ABCD"), ("modtime", "DCAB"), ("v0time", "DCAB")],
)
def test_sortkey_sorts_the_least_and_earliest_first(sortkey: str, expected: str) -> None:
    assert applied(sortkey=sortkey) == expected


def test_a_sortkey_is_kept_as_what_it_names() -> None:
    assert Downselection.of(sortkey="modtime").sortkey is SortKey.MODTIME


def test_a_sortkey_may_be_a_callable_of_the_event() -> None:
    assert applied(sortkey=lambda event: event.eventid) == "ABCD"


def test_ties_are_broken_by_event_id() -> None:
    assert applied(sortkey=lambda event: 0) == "ABCD"


@pytest.mark.parametrize("sortkey", ["modtime", "v0time", "eventtime"])
@pytest.mark.parametrize("reverse", [False, True])
def test_what_has_no_value_comes_last(sortkey: str, *, reverse: bool) -> None:
    timeless = EventProfile("0")
    downselection = Downselection.of(sortkey=sortkey, reverse=reverse)

    assert names(downselection.apply((timeless, *EVENTS), NOW))[-1] == "0"


def test_what_has_no_value_is_sorted_by_id_in_the_same_direction() -> None:
    timeless = (EventProfile("Y"), EventProfile("X"), EventProfile("Z"))

    forwards = Downselection.of(sortkey="v0time").apply(timeless, NOW)
    backwards = Downselection.of(sortkey="v0time", reverse=True).apply(timeless, NOW)

    assert (names(forwards), names(backwards)) == ("XYZ", "ZYX")


def test_reverse_turns_the_sorted_order_round() -> None:
    assert applied(sortkey="eventid", reverse=True) == "DCBA"


def test_reverse_without_a_sortkey_turns_the_given_order_round() -> None:
    assert applied(reverse=True) == "CADB"


def test_limit_cuts_after_sorting_and_reversing() -> None:
    assert applied(sortkey="eventid", limit=2) == "AB"
    assert applied(sortkey="eventid", reverse=True, limit=2) == "DC"


def test_a_limit_of_none_keeps_all_and_of_zero_nothing() -> None:
    assert applied(limit=None) == "BDAC"
    assert applied(limit=0) == ""


def test_limit_cuts_after_filtering() -> None:
    assert applied(eventid_filter="[CD]", limit=1) == "D"


def test_invert_touches_neither_order_nor_limit() -> None:
    assert applied(invert=True, eventid_filter="D", sortkey="eventid", limit=2) == "AB"


def test_a_chain_without_a_sortkey_puts_the_newest_first_and_ties_by_id() -> None:
    assert chained() == "DABC"


def test_the_order_given_does_not_matter_to_a_chain() -> None:
    assert chained(events=EVENTS[::-1]) == "DABC"


def test_downselections_are_applied_in_turn() -> None:
    assert chained({"limit": 3}, {"sortkey": "eventid", "limit": 2}) == "AB"
    assert chained({"sortkey": "eventid", "reverse": True, "limit": 2}, {"limit": 1}) == "D"


def test_a_later_filter_keeps_the_order_of_an_earlier_sortkey() -> None:
    assert chained({"sortkey": "eventid"}, {"eventid_filter": "[CAD]"}) == "ACD"


def test_a_later_sortkey_wins() -> None:
    assert chained({"sortkey": "eventid"}, {"sortkey": "modtime"}) == "DCAB"


def test_reverse_in_a_chain_turns_newest_first_round() -> None:
    assert chained({"reverse": True}) == "CBAD"
    assert chained({"reverse": True}, {"reverse": True}) == "DABC"


def test_a_limit_in_a_chain_cuts_the_newest_first() -> None:
    assert chained({"limit": 1}, {}) == "D"


@pytest.mark.parametrize("chain", [(), ({"limit": 1},), ({"reverse": True},)], ids=str)
def test_events_without_a_time_are_named_when_no_sortkey_is_given(
    chain: tuple[dict[str, object], ...],
) -> None:
    timeless = (EventProfile("S2"), EventProfile("S1"))

    with pytest.raises(ValueError, match="no notice tells when S1, S2 happened: give a sortkey"):
        chained(*chain, events=(*EVENTS, *timeless))


def test_only_the_first_of_many_events_without_a_time_are_named() -> None:
    timeless = tuple(EventProfile(f"S{number:02}") for number in range(12))

    with pytest.raises(ValueError, match=r"when S00, .*S09, \.\.\. happened"):
        chained(events=timeless)


def test_events_without_a_time_do_no_harm_when_a_sortkey_is_given() -> None:
    assert chained({"sortkey": "eventid"}, events=(*EVENTS, EventProfile("E"))) == "ABCDE"


def test_events_without_a_time_do_no_harm_when_they_are_filtered_out() -> None:
    assert chained({"eventid_filter": "[!E]"}, events=(*EVENTS, EventProfile("E"))) == "DABC"
    assert (
        chained({"eventid_filter": "[!E]", "limit": 2}, events=(*EVENTS, EventProfile("E"))) == "DA"
    )
