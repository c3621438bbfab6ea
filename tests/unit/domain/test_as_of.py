"""An event as it was: a beginning of its log, by the running maximum of its facts' times."""

from datetime import timedelta

from llama.domain.as_of import (
    changes_as_of,
    facts_as_of,
    state_as_of,
)
from schemas.facts import AlertType, Fact
from tests.support.facts import EVENT, START, Story, a_trigger


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
