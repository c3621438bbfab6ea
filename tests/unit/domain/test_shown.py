from datetime import timedelta

from llama.domain.shown import LONGEST_REASON, ShownFile, shown_event, shown_files
from llama.domain.states import EventState
from schemas.facts import AlertType, FilePut, FileVetoed
from schemas.files import FileContent
from schemas.flags import FlagName
from tests.support.facts import EVENT, START, Story


def a_settled_story(graph: str = "alert -> skymap -> plot") -> Story:
    story = Story(graph)
    story.notice()
    story.settle()
    return story


def plot_of(story: Story) -> ShownFile:
    return next(file for file in shown_files(story.state) if file.name == "plot.json")


def is_settled(story: Story) -> bool:
    event = shown_event(story.state)
    assert event is not None
    return event.settled


def test_an_event_nobody_has_told_of_is_not_shown() -> None:
    assert shown_event(EventState("S1")) is None
    assert shown_files(EventState("S1")) == ()


def test_files_stand_in_the_order_in_which_they_can_be_made() -> None:
    names = [file.name for file in shown_files(a_settled_story().state)]

    assert names == ["alert.json", "skymap.json", "plot.json"]


def test_a_made_file_shows_its_content() -> None:
    story = a_settled_story()
    stored = story.state.files["plot.json"]

    plot = plot_of(story)

    assert (plot.status, plot.version) == ("current", 0)
    assert (plot.digest, plot.size) == (stored.content.digest, stored.content.size)


def test_an_obsolete_file_shows_the_content_it_still_has() -> None:
    story = a_settled_story()
    story.make_again("skymap", "another map")

    plot = plot_of(story)

    assert (plot.status, plot.version) == ("obsolete", 0)
    assert plot.digest is not None


def test_a_file_never_made_has_no_content() -> None:
    story = Story()
    story.notice()

    plot = plot_of(story)

    assert (plot.status, plot.version, plot.digest, plot.size) == ("waiting", None, None, None)


def test_a_deleted_file_has_no_content() -> None:
    story = a_settled_story()
    story.operate("delete", "plot")

    plot = plot_of(story)

    assert (plot.status, plot.version, plot.digest, plot.size) == ("missing", None, None, None)


def test_a_masked_file_hides_its_content_and_an_update_shows_it_again() -> None:
    story = a_settled_story()
    content = plot_of(story).digest
    story.notice(AlertType.RETRACTION)

    masked = plot_of(story)
    story.notice(AlertType.UPDATE)

    assert (masked.status, masked.digest) == ("masked", None)
    assert plot_of(story).digest == content


def test_a_reason_is_cut_and_cleaned() -> None:
    story = a_settled_story()
    story.tell(
        FileVetoed(
            id="v", occurred_at=story.now, event=EVENT, handler="plot", reason="\0" + "x" * 1999
        )
    )

    reason = plot_of(story).reason

    assert reason == "by an operator: " + "x" * (LONGEST_REASON - len("by an operator: "))


def test_an_event_counts_its_files_by_status() -> None:
    story = Story()
    story.notice()
    story.make("skymap")

    event = shown_event(story.state)

    assert event is not None
    assert event.files == {"current": 2, "missing": 1}


def test_an_event_with_something_to_run_is_not_settled() -> None:
    story = Story()
    story.notice()

    assert not is_settled(story)


def test_an_event_with_everything_made_is_settled() -> None:
    assert is_settled(a_settled_story())


def test_an_event_that_only_cools_down_is_settled_whatever_the_time() -> None:
    story = Story()
    story.notice()
    story.fail("skymap", retry_in=timedelta(seconds=2))
    cooling = is_settled(story)

    story.now += timedelta(hours=1)
    story.flag(FlagName.UPLOAD, on=True)

    assert (cooling, is_settled(story)) == (True, True)


def test_a_failure_for_good_settles_an_event() -> None:
    story = Story()
    story.notice()
    story.fail("skymap", retry_in=None)

    assert is_settled(story)


def test_a_retraction_does_not_take_away_the_merger_time() -> None:
    story = Story()
    story.notice(event_time=START, significant=True)
    story.notice(AlertType.RETRACTION)

    event = shown_event(story.state)

    assert event is not None
    assert (event.alert_type, event.retracted) == ("RETRACTION", True)
    assert (event.event_time, event.significant) == (START, True)


def test_the_newest_notice_that_tells_decides() -> None:
    story = Story()
    story.notice(AlertType.PRELIMINARY, significant=False)
    story.notice(AlertType.UPDATE, significant=True)

    event = shown_event(story.state)

    assert event is not None
    assert (event.significant, event.changed_at) == (True, story.state.as_of)


def test_an_event_that_began_with_a_put_file_is_shown_though_no_notice_came() -> None:
    story = Story("alert -> skymap")
    content = FileContent(file="alert.json", digest="a" * 64, size=1, aspects={"whole": "a" * 64})
    put = FilePut(
        id="p", occurred_at=story.now, event=story.event, handler="alert", files=(content,)
    )

    story.tell(put)

    row = shown_event(story.state)
    assert row is not None
    assert (row.alert_type, row.is_test, row.time_created) == ("", False, put.occurred_at)
