"""How a source stands: each gap is told once when it begins, and once when it is caught up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llama.domain.sources.gaps import gaps_of
from llama.domain.sources.watching import Heard, begun, ended, failed, hauled, lost, told
from schemas.sources import SourceBlind, SourceCaughtUp, SourceStanding

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SOURCE = "kafka://kafka.example"


def at(minute: float) -> datetime:
    return NOON + minute * MINUTE


def first(silence: timedelta | None = None) -> SourceStanding:
    return begun(None, SOURCE, silence=silence, now=NOON)


def heard(
    standing: SourceStanding,
    minute: float,
    silence: timedelta | None = None,
    **more: object,
) -> SourceStanding:
    return hauled(standing, Heard(**more), silence=silence, now=at(minute))  # pyright: ignore[reportArgumentType]


def kinds(standing: SourceStanding) -> list[str]:
    return [f"{one.kind} {one.why}" for one in standing.owed]


def test_a_source_that_answers_from_the_first_has_no_gap() -> None:
    standing = heard(heard(first(), 1, records=3, lag=7), 2)

    assert standing.owed == ()
    assert (standing.connected, standing.records, standing.lag) == (True, 3, 0)
    assert (standing.record_at, standing.heard_at) == (at(1), at(2))


def test_a_lost_connection_is_a_gap_from_the_last_sign_of_life() -> None:
    standing = failed(failed(heard(first(), 1), "gone", now=at(3)), "still gone", now=at(4))

    [gap] = standing.owed
    assert isinstance(gap, SourceBlind)
    assert (gap.why, gap.since, gap.until, gap.detail) == ("connection", at(1), None, "gone")
    assert (standing.connected, standing.error) == (False, "still gone")


def test_a_gap_is_closed_when_all_that_came_meanwhile_is_here() -> None:
    standing = told(failed(heard(first(), 1), "gone", now=at(2)))

    catching_up = heard(standing, 5, records=4, lag=2)
    closed = heard(catching_up, 6, records=2)

    assert catching_up.owed == ()
    [caught_up] = closed.owed
    assert isinstance(caught_up, SourceCaughtUp)
    assert (caught_up.since, caught_up.until, caught_up.occurred_at) == (at(1), at(5), at(6))
    assert caught_up.records == 6
    assert closed.blind is None


def test_a_source_that_fails_while_catching_up_is_in_the_same_gap() -> None:
    standing = told(failed(heard(first(), 1), "gone", now=at(2)))

    again = failed(heard(standing, 5, records=4, lag=2), "gone again", now=at(6))
    closed = heard(again, 8, records=1)

    [caught_up] = closed.owed
    assert (caught_up.since, caught_up.until, caught_up.kind) == (at(1), at(8), "SourceCaughtUp")


def test_a_restart_is_a_gap_since_the_last_reader_heard_it() -> None:
    before = heard(first(), 1)

    standing = begun(before, SOURCE, silence=None, now=at(9))

    assert kinds(standing) == ["SourceBlind restart"]
    assert standing.owed[0].since == at(1)


def test_a_gap_that_is_open_at_a_restart_stays_the_same() -> None:
    before = told(failed(heard(first(), 1), "gone", now=at(2)))

    standing = begun(before, SOURCE, silence=None, now=at(9))

    assert standing.owed == ()
    assert standing.blind == before.blind


@pytest.mark.parametrize("before", [None, first(), ended(heard(first(), 1))])
def test_the_first_start_and_a_source_that_has_ended_are_no_gap(
    before: SourceStanding | None,
) -> None:
    assert begun(before, SOURCE, silence=None, now=at(9)).owed == ()


def test_silence_is_a_gap_only_beyond_its_bound() -> None:
    standing = heard(first(MINUTE), 0, MINUTE, beat=NOON)

    still = heard(standing, 1, MINUTE)
    silent = heard(still, 1.1, MINUTE)

    assert (still.owed, kinds(silent)) == ((), ["SourceBlind silence"])
    assert silent.connected
    assert silent.owed[0].since == at(0)


def test_a_heartbeat_ends_a_silence() -> None:
    silent = told(heard(heard(first(MINUTE), 0, MINUTE, beat=NOON), 3, MINUTE))

    closed = heard(silent, 5, MINUTE, beat=at(4))

    assert kinds(closed) == ["SourceCaughtUp silence"]
    assert (closed.beat_at, closed.heard_at) == (at(4), at(5))


def test_a_source_without_a_bound_is_never_silent() -> None:
    standing = heard(first(), 0)

    assert heard(standing, 10**6).owed == ()


def test_a_source_that_was_never_reached_is_not_heard_since_the_first_try() -> None:
    standing = failed(first(), "nobody", now=at(1))

    assert standing.owed[0].since == NOON


def test_records_that_are_gone_are_a_gap_that_nobody_closes() -> None:
    standing = lost(heard(first(), 1), 17, now=at(8))

    [gap] = standing.owed
    assert isinstance(gap, SourceBlind)
    assert (gap.why, gap.since, gap.until) == ("lost", at(1), at(8))
    assert gap.detail.startswith("17 records were gone")
    assert standing.blind is None


def test_what_is_told_holds_no_odd_characters() -> None:
    standing = failed(heard(first(), 1), "\x1b[31mgone\n" * 99, now=at(2))

    assert standing.error.isprintable()
    assert len(standing.error) <= 300


STEPS = st.one_of(
    st.builds(Heard, records=st.integers(0, 3), lag=st.integers(0, 1)),
    st.just("loses"),
    st.just("fails"),
    st.just("restarts"),
    st.just("crashes before it tells"),
)


@given(steps=st.lists(STEPS, max_size=30))
def test_whatever_happens_at_most_one_gap_is_open_and_it_is_the_last(steps: list[object]) -> None:
    standing, messages = first(), list[SourceBlind | SourceCaughtUp]()
    for minute, step in enumerate(steps, start=1):
        if isinstance(step, Heard):
            standing = hauled(standing, step, silence=None, now=at(minute))
        elif step == "loses":
            standing = lost(standing, 1, now=at(minute))
        elif step == "fails":
            standing = failed(standing, "gone", now=at(minute))
        else:
            standing = begun(standing, SOURCE, silence=None, now=at(minute))
        messages += standing.owed
        standing = standing if step == "crashes before it tells" else told(standing)

    gaps = gaps_of(messages)
    still_open = [gap.id for gap in gaps.values() if gap.until is None]
    assert still_open == ([standing.blind.id] if standing.blind else [])
    assert all(gap.since <= (gap.until or at(99)) for gap in gaps.values())
    assert dict(gaps_of(reversed(messages))) == dict(gaps)
