"""Laws that hold for all downselections and all events."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from llama.domain.flags import Flags
from llama.domain.selection.chains import selected
from llama.domain.selection.criteria import SortKey
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.profile import EventProfile

NOW = datetime(2023, 9, 14, 12, tzinfo=UTC)
NAMES = ("alert.json", "skymap.fits", "Skymap", "Peak")
HOURS = st.integers(0, 11).map(lambda hour: NOW.replace(hour=hour))
SOME = st.sets(st.sampled_from(NAMES)).map(frozenset)
EVENTS = st.lists(
    st.builds(
        EventProfile,
        st.from_regex(r"S2[0-9][a-c]", fullmatch=True),
        event_time=HOURS,
        files=SOME,
        handlers=SOME,
        recorded=SOME,
        flags=st.builds(Flags, VETOED=st.booleans(), MANUAL=st.booleans()),
        first_at=HOURS | st.none(),
        modified_at=HOURS | st.none(),
    ),
    unique_by=lambda event: event.eventid,
    max_size=8,
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "eventid_filter": st.sampled_from(["S2*", "S2[0-4]*", "*a", "S??b"]),
        "fileexists": st.sampled_from(NAMES[:2]),
        "fhnameexists": st.sampled_from(NAMES[2:]),
        "fhnamemeta": st.sampled_from(NAMES[2:]),
        "vetoed": st.booleans(),
        "manual": st.booleans(),
        **dict.fromkeys(("modbefore", "modafter", "v0before", "v0after"), HOURS),
        **dict.fromkeys(("sec_since_mod_gt", "sec_since_mod_lt"), st.integers(0, 43200)),
        **dict.fromkeys(("sec_since_v0_gt", "sec_since_v0_lt"), st.integers(0, 43200)),
    },
)
ORDERS = st.fixed_dictionaries(
    {},
    optional={
        "sortkey": st.sampled_from(list(SortKey)),
        "reverse": st.booleans(),
        "limit": st.integers(0, 8),
    },
)
CHAINS = st.lists(
    st.tuples(FILTERS, ORDERS).map(lambda parts: {**parts[0], **parts[1]}), max_size=3
)


def chain_of(criteria: list[dict[str, object]]) -> list[Downselection]:
    return [Downselection.read(one) for one in criteria]


@given(EVENTS, FILTERS)
def test_a_filter_and_its_inverse_part_the_events(
    events: list[EventProfile], criteria: dict[str, object]
) -> None:
    some = Downselection.read(criteria).apply(events, NOW)
    others = Downselection.read({**criteria, "invert": True}).apply(events, NOW)

    assert set(some).isdisjoint(others)
    assert {*some, *others} == set(events)


@given(EVENTS, FILTERS, FILTERS)
def test_two_filters_in_turn_are_one_that_asks_for_both(
    events: list[EventProfile], one: dict[str, object], other: dict[str, object]
) -> None:
    other = {name: value for name, value in other.items() if name not in one}

    in_turn = selected(events, chain_of([one, other]), NOW)

    assert in_turn == selected(events, chain_of([{**one, **other}]), NOW)


@given(EVENTS, CHAINS)
def test_what_is_selected_does_not_depend_on_the_order_of_the_events(
    events: list[EventProfile], criteria: list[dict[str, object]]
) -> None:
    chain = chain_of(criteria)

    assert selected(events, chain, NOW) == selected(events[::-1], chain, NOW)


@given(EVENTS, CHAINS)
def test_selecting_invents_nothing_and_repeats_nothing(
    events: list[EventProfile], criteria: list[dict[str, object]]
) -> None:
    chosen = selected(events, chain_of(criteria), NOW)

    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= set(events)


@given(EVENTS, FILTERS, ORDERS)
def test_applying_a_sorted_selection_again_changes_nothing(
    events: list[EventProfile], criteria: dict[str, object], order: dict[str, object]
) -> None:
    downselection = Downselection.read({**criteria, **order, "sortkey": "modtime"})

    once = downselection.apply(events, NOW)

    assert downselection.apply(once, NOW) == once
