"""An event as it was: a beginning of its log, by the running maximum of its facts' times."""

from datetime import UTC, datetime, timedelta

import pytest

from llama.domain.as_of import (
    changes_as_of,
    facts_as_of,
    moment_of,
    place_of,
    places_in,
    state_as_of,
)
from llama.domain.errors import NoMoment
from schemas.facts import AlertType, Fact
from tests.support.facts import EVENT, START, Story, a_trigger

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def a_story() -> Story:
    story = Story()
    story.notice()
    story.settle()
    story.notice(AlertType.UPDATE, content="another", event_time=START - timedelta(hours=1))
    story.settle()
    return story


def facts_of(story: Story) -> list[Fact]:
    return [step.fact for step in story.steps]


def test_at_the_time_of_each_fact_the_state_is_that_after_it() -> None:
    story = a_story()

    states = [state_as_of(EVENT, facts_of(story), step.after.as_of) for step in story.steps]

    assert states == [step.after for step in story.steps]


def test_just_before_a_fact_it_is_not_known() -> None:
    story = a_story()

    for step in story.steps[1:]:
        moment = step.after.as_of - timedelta(microseconds=1)
        assert state_as_of(EVENT, facts_of(story), moment) == step.before


def test_before_its_first_fact_there_is_no_event() -> None:
    assert state_as_of(EVENT, facts_of(a_story()), START - timedelta(seconds=1)) is None


def test_a_fact_dated_earlier_than_one_before_it_comes_with_that_one() -> None:
    late = a_trigger(id="late", occurred_at=START + timedelta(minutes=5))
    dated_back = a_trigger(id="back", occurred_at=START, content="older")

    early = list(facts_as_of([late, dated_back], START + timedelta(minutes=4)))
    both = list(facts_as_of([late, dated_back], START + timedelta(minutes=5)))

    assert early == []
    assert both == [late, dated_back]


def test_a_later_moment_never_shows_less() -> None:
    story = a_story()
    seconds = range(int((story.now - START).total_seconds()) + 1)

    lengths = [
        len(list(facts_as_of(facts_of(story), START + timedelta(seconds=number))))
        for number in seconds
    ]

    assert lengths == sorted(lengths)
    assert lengths[-1] == len(story.steps)


def test_the_history_was_as_long_as_facts_had_changed_files() -> None:
    story = a_story()
    first, *_, last = story.steps

    assert changes_as_of(EVENT, facts_of(story), first.after.as_of) == 0
    assert changes_as_of(EVENT, facts_of(story), last.after.as_of) == 6


def test_the_places_of_an_event_in_lists_are_told_when_they_change() -> None:
    story = a_story()

    places = places_in(story.steps)

    assert [one.place for one in places] == [
        START,
        START - timedelta(minutes=6),
        START - timedelta(hours=1),
    ]
    for one in places:
        assert place_of(story.steps[one.sequence - 1].after) == one.place
        assert one.since == story.steps[one.sequence - 1].after.as_of


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T12:00Z", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20T12:00:00.5+01:00", datetime(2026, 11, 20, 11, 0, 0, 500000, tzinfo=UTC)),
        ("2026-11-20T12:00 01:00", datetime(2026, 11, 20, 11, tzinfo=UTC)),
        ("2026-11-20 12:00Z", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2h ago", NOW - timedelta(hours=2)),
        ("-2h", NOW - timedelta(hours=2)),
        ("1.5d", NOW - timedelta(hours=36)),
        ("0s", NOW),
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
        ("1969-01-01", "is not from 1970 to 2200"),
        ("999999w", "is before the beginning of time"),
        ("0001-01-01T00:00+23:59", "is not from 1970 to 2200"),
        ("", "is no moment"),
    ],
)
def test_what_is_no_moment_is_refused_with_advice(text: str, why: str) -> None:
    with pytest.raises(NoMoment, match=why.replace("+", r"\+")):
        moment_of(text, NOW)
