"""What an event that has not settled waits for, told by file."""

from datetime import timedelta

from llama.client.unsettled import Unsettled, unsettled_in
from tests.support.facts import EVENT, Story
from tests.unit.client.acting import followed, settled


def a_story() -> Story:
    story = Story("alert -> skymap -> plot")
    story.notice()
    return story


def test_a_settled_event_waits_for_nothing() -> None:
    story = a_story()
    story.settle()

    assert unsettled_in(story.state, ()) == ()


def test_what_cools_down_is_told_with_when_it_is_tried_again_and_with_what_waits_for_it() -> None:
    story = a_story()
    at = story.fail("skymap", retry_in=timedelta(minutes=5)).fact.occurred_at

    assert unsettled_in(story.state, ()) == (
        Unsettled(EVENT, "skymap.json", "cooling", at + timedelta(minutes=5)),
        Unsettled(EVENT, "plot.json", "waiting"),
    )


def test_what_runs_is_told_to_run() -> None:
    [running, _] = unsettled_in(a_story().state, ["skymap"])

    assert (running.file, running.status, running.is_running) == ("skymap.json", "missing", True)


async def test_of_events_only_those_are_told_of_that_have_not_settled() -> None:
    rest = await (await followed()).ingestion().unsettled([EVENT, "S990101a"])
    async with settled() as system:
        none = await system.ingestion().unsettled([EVENT])

    assert [(one.file, one.status) for one in rest] == [
        ("skymap.json", "missing"),
        ("plot.json", "waiting"),
    ]
    assert none == []
