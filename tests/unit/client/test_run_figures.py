"""The figures of many events, by handler."""

from datetime import timedelta

from llama.client.runs.figures import figures_of
from llama.domain.states import EventState
from schemas.facts import AlertType, FileGenerated, FilePut
from tests.support.facts import Story, a_content


def a_story(event: str) -> Story:
    story = Story(event=event)
    story.notice()
    return story


def test_no_events_have_no_figures() -> None:
    figures = figures_of([], ["skymap"])

    assert (figures.events, figures.handlers) == (0, ("skymap",))
    assert not figures.wall_s
    assert not figures.statuses


def test_wall_times_are_those_of_the_latest_accepted_runs() -> None:
    one, other = a_story("S1"), a_story("S2")
    took = one.make("skymap").fact
    other.fail("skymap", retry_in=None)

    figures = figures_of([one.state, other.state], [])

    assert isinstance(took, FileGenerated)
    assert figures.wall_s == {"skymap": [took.wall_s]}


def test_what_was_put_by_hand_took_no_time() -> None:
    story = a_story("S1")
    put = FilePut(
        id="put", occurred_at=story.now, event="S1", handler="skymap",
        files=(a_content("skymap.json", "by hand"),),
    )  # fmt: skip
    story.tell(put)

    figures = figures_of([story.state], [])

    assert "skymap" in story.state.made
    assert "skymap" not in figures.wall_s


def test_files_are_counted_by_handler_and_status() -> None:
    done, begun, retracted = a_story("S1"), a_story("S2"), a_story("S3")
    done.settle()
    begun.fail("skymap", retry_in=timedelta(seconds=4))
    retracted.notice(AlertType.RETRACTION)

    figures = figures_of([done.state, begun.state, retracted.state], [])

    assert figures.events == 3
    assert figures.statuses == {
        "alert": {"current": 3},
        "skymap": {"current": 1, "cooling": 1, "masked": 1},
        "plot": {"current": 1, "waiting": 1, "masked": 1},
    }


def test_an_event_without_a_pipeline_counts_as_an_event_only() -> None:
    figures = figures_of([EventState("S1")], [])

    assert (figures.events, dict(figures.statuses)) == (1, {})


def test_handlers_stand_in_the_order_given_and_others_behind_them() -> None:
    figures = figures_of([a_story("S1").state], ["skymap", "alert", "extra"])

    assert figures.handlers == ("skymap", "alert", "extra", "plot")


def test_runs_that_failed_are_counted_until_one_succeeds() -> None:
    hopeless, mended = a_story("S1"), a_story("S2")
    for story in (hopeless, mended):
        story.fail("skymap", retry_in=timedelta(seconds=4))
        story.fail("skymap", retry_in=timedelta(seconds=8))
    mended.make("skymap")

    figures = figures_of([hopeless.state, mended.state], [])

    assert figures.failed == {"skymap": 2}
