"""Hopping windows are what counting one by one gives; each fact tells what it tells once."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from llama.domain.monitoring import (
    TEST,
    Figures,
    Hopping,
    Measure,
    Observation,
    Reckoning,
    Windows,
    hopping,
)
from schemas.facts import AlertType, Fact, FileExpired
from tests.support.facts import EVENT, START, Story, a_trigger

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOP = timedelta(seconds=2)
HOPPING = Hopping(HOP, hops=5, kept=30)
Tallied = dict[tuple[Measure, str], Figures]
Counted = dict[datetime, Tallied]

some_observations = st.lists(
    st.builds(
        Observation,
        st.sampled_from(Measure),
        st.sampled_from(["Skymap", "Plot"]),
        st.integers(-5_000, 90_000).map(lambda ms: NOON - timedelta(milliseconds=ms)),
        st.integers(0, 5_000),
    ),
    max_size=40,
)


def filled(seen: list[Observation]) -> Windows:
    windows = Windows(HOPPING)
    for one in seen:
        windows.add(one)
    return windows


def closed(windows: Windows) -> Counted:
    return {one.begin: dict(one.tally) for one in windows.closed(NOON)}


def counted_one_by_one(seen: list[Observation], begin: datetime) -> Tallied:
    within = [one for one in seen if begin <= one.at < begin + 5 * HOP]
    found: Tallied = {}
    for measure, name in {(one.measure, one.name) for one in within}:
        took = [one.ms for one in within if (one.measure, one.name) == (measure, name)]
        found[measure, name] = Figures(len(took), sum(took), max(took))
    return found


@given(some_observations)
def test_closed_windows_are_what_counting_one_by_one_gives(seen: list[Observation]) -> None:
    begins = [NOON - back * HOP for back in range(5, 35)]
    naive = {begin: counted_one_by_one(seen, begin) for begin in begins}

    assert closed(filled(seen)) == {begin: one for begin, one in naive.items() if one}


@given(some_observations, st.randoms(use_true_random=False))
def test_the_order_in_which_they_are_told_does_not_matter(
    seen: list[Observation], chance: Random
) -> None:
    mixed = chance.sample(seen, len(seen))

    assert closed(filled(mixed)) == closed(filled(seen))


@given(some_observations)
def test_what_is_forgotten_is_in_no_window(seen: list[Observation]) -> None:
    windows = filled(seen)
    before = closed(windows)

    windows.forget(NOON)

    assert closed(windows) == before


@given(some_observations)
def test_the_running_window_is_the_one_that_closes_next(seen: list[Observation]) -> None:
    running = filled(seen).running(NOON)

    assert NOON < running.end <= NOON + HOP
    assert dict(running.tally) == counted_one_by_one(seen, running.begin)


def test_windows_close_the_latest_first() -> None:
    windows = filled([Observation(Measure.RUN, "Skymap", NOON - timedelta(minutes=1), 3)])

    begins = [one.begin for one in windows.closed(NOON)]

    assert len(begins) == 5
    assert begins == sorted(begins, reverse=True)


def test_windows_of_some_seconds_overlap_by_four_fifths() -> None:
    ours = hopping(600)

    assert (ours.hop, ours.hop * ours.hops) == (timedelta(minutes=2), timedelta(minutes=10))


def told(facts: list[Fact], *publishers: str) -> list[tuple[Measure, str, int]]:
    reckoning = Reckoning(frozenset(publishers))
    seen = [one for fact in facts for one in reckoning.observe(fact)]
    return [(one.measure, one.name, one.ms) for one in seen]


def a_story() -> list[Fact]:
    """Tell of a notice, a map because of it, a plot because of the map: a second apart each."""
    story = Story()
    notice = story.notice().fact
    skymap = story.make("skymap").fact.model_copy(update={"cause": notice.id})
    plot = story.make("plot").fact.model_copy(update={"cause": skymap.id})
    return [notice, skymap, plot]


def test_a_latency_counts_from_the_notice_along_the_causes() -> None:
    facts = a_story()

    seen = told(facts, "plot")

    after = [(one.occurred_at - facts[0].occurred_at) // timedelta(milliseconds=1) for one in facts]
    assert seen == [
        (Measure.ALERT, "INITIAL", 0),
        (Measure.RUN, "skymap", 250),
        (Measure.FILE, "skymap", after[1]),
        (Measure.RUN, "plot", 250),
        (Measure.FILE, "plot", after[2]),
        (Measure.RESULT, "plot", after[2]),
    ]


def test_a_fact_that_is_repeated_tells_nothing() -> None:
    facts = a_story()

    assert told([*facts, *facts]) == told(facts)


def test_what_an_order_led_to_has_no_latency() -> None:
    notice, skymap, plot = a_story()
    ordered = plot.model_copy(update={"cause": "request-mine"})

    seen = told([notice, skymap, ordered])

    assert (Measure.FILE, "plot") not in {(measure, name) for measure, name, _ in seen}
    assert (Measure.RUN, "plot", 250) in seen


def test_what_was_made_because_a_time_was_over_has_no_latency() -> None:
    notice, skymap, plot = a_story()
    expired = FileExpired(
        id="x",
        cause=skymap.id,
        occurred_at=START,
        event=EVENT,
        handler="skymap",
        generation=skymap.id,
    )

    seen = told([notice, skymap, expired, plot.model_copy(update={"cause": "x"})])

    assert Measure.FILE not in {measure for measure, name, _ in seen if name == "plot"}


def test_notices_of_tests_are_a_kind_of_their_own() -> None:
    told_of = [
        a_trigger(AlertType.UPDATE),
        a_trigger(event="MS230914a"),
        a_trigger(content="another", is_test=True),
    ]

    assert told(list(told_of)) == [
        (Measure.ALERT, "UPDATE", 0),
        (Measure.ALERT, TEST, 0),
        (Measure.ALERT, TEST, 0),
    ]


def test_of_what_lies_far_back_the_notice_is_not_remembered() -> None:
    notice, skymap, _ = a_story()
    reckoning = Reckoning(remembered=1)
    reckoning.observe(notice)
    reckoning.observe(a_trigger(event="S1"))

    seen = reckoning.observe(skymap)

    assert [one.measure for one in seen] == [Measure.RUN]
