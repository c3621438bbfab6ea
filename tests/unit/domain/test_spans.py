"""Spans: the long times in which nothing happened to an event."""

from datetime import timedelta

from llama.domain.spans import SHORTEST, Span, rounds_of
from schemas.flags import FlagName
from tests.support.facts import START, Story

TICK = timedelta(microseconds=1)


def a_story(*pauses: timedelta, event: str = "S1") -> Story:
    """Tell an event to which something happens after each pause."""
    story = Story(event=event)
    for pause in pauses:
        story.now = story.state.as_of + pause
        story.flag(FlagName.MANUAL, on=True)
    return story


def test_a_span_lasts_from_one_fact_to_the_next() -> None:
    story = a_story(SHORTEST)

    [before, after] = rounds_of(story.steps)

    assert (before.over, after.over) == ([], [Span("S1", 1, START + SHORTEST)])
    assert (before.last, after.last) == ({"S1": story.steps[0]}, {"S1": story.steps[1]})


def test_a_short_time_is_no_span() -> None:
    story = a_story(SHORTEST - TICK, TICK, timedelta())

    [only] = rounds_of(story.steps)

    assert (only.over, only.last) == ([], {"S1": story.steps[-1]})


def test_the_first_fact_of_an_event_ends_nothing() -> None:
    assert [one.over for one in rounds_of(a_story().steps)] == [[]]


def test_a_span_that_began_in_an_earlier_batch_ends_in_the_first_round() -> None:
    story = a_story(SHORTEST)

    [only] = rounds_of(story.steps[1:])

    assert only.over == [Span("S1", 1, START + SHORTEST)]


def test_events_share_rounds() -> None:
    often, once = a_story(SHORTEST, SHORTEST), a_story(event="S2")
    steps = [step for story in (often, once) for step in story.steps]

    rounds = rounds_of(steps)

    assert [sorted(one.last) for one in rounds] == [["S1", "S2"], ["S1"], ["S1"]]
    assert [len(one.over) for one in rounds] == [0, 1, 1]


def test_a_fact_that_is_dated_back_ends_nothing_and_delays_nothing() -> None:
    story = a_story(SHORTEST, -SHORTEST, SHORTEST)

    ended = [span for one in rounds_of(story.steps) for span in one.over]

    assert [(span.sequence, span.until) for span in ended] == [
        (1, START + SHORTEST),
        (3, START + 2 * SHORTEST),
    ]


def test_nothing_is_no_round() -> None:
    assert rounds_of([]) == []
