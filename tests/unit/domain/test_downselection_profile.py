"""What downselections judge an event by, derived from its state."""

from datetime import timedelta

from llama.domain.flags import Flags
from llama.domain.selection.profile import EventProfile, about
from llama.domain.states import EventState
from schemas.facts import AlertType, FilePut, PipelineAdopted, TriggerReceived
from schemas.files import HandlerSpec, Manifest
from schemas.flags import FlagName
from tests.support.facts import EVENT, START, Story, a_content, a_trigger


def a_story() -> Story:
    story = Story()
    story.notice()
    story.settle()
    return story


def arrival(story: Story, file: str) -> object:
    return story.state.files[file].at


def test_an_event_without_facts_has_nothing() -> None:
    assert about(EventState("S1")) == EventProfile("S1", flags=Flags())


def test_a_profile_names_its_event_and_its_pipeline() -> None:
    state = a_story().state
    profile = about(state)

    assert state.manifest is not None
    assert (profile.eventid, profile.manifest) == (EVENT, state.manifest.digest)


def test_files_are_those_that_exist() -> None:
    story = a_story()
    story.operate("delete", "plot")

    assert about(story.state).files == {"alert.json", "skymap.json"}


def test_files_and_handlers_of_a_retracted_event_are_hidden() -> None:
    story = a_story()
    story.notice(AlertType.RETRACTION)
    profile = about(story.state)

    assert profile.files == {"alert.json"}
    assert profile.handlers == {"alert"}


def test_obsolete_files_still_exist() -> None:
    story = a_story()
    story.notice(AlertType.UPDATE, content="another notice")

    assert about(story.state).files == {"alert.json", "skymap.json", "plot.json"}


def test_files_that_came_before_any_pipeline_exist_and_have_no_handler() -> None:
    story = Story()
    story.steps.clear()
    story.tell(a_trigger())
    profile = about(story.state)

    assert profile.files == {"alert.json"}
    assert profile.handlers == frozenset()
    assert profile.manifest is None


def test_handlers_are_those_that_lack_no_file() -> None:
    story = Story()
    story.notice()
    story.make("skymap")

    assert about(story.state).handlers == {"alert", "skymap"}


def test_a_handler_that_lacks_one_of_its_files_is_not_complete() -> None:
    story = Story()
    pair = HandlerSpec(name="pair", files=("one.json", "two.json"), code="1")
    adopted = PipelineAdopted(
        id="adopts", occurred_at=story.now, event=EVENT, epoch=2,
        manifest=Manifest(digest="0" * 64, handlers=(pair,)),
    )  # fmt: skip
    story.tell(adopted)
    one = a_content("one.json", "one")
    story.tell(FilePut(id="p", occurred_at=story.now, event=EVENT, handler="pair", files=(one,)))

    assert about(story.state).files == {"one.json"}
    assert about(story.state).handlers == frozenset()


def test_recorded_are_the_handlers_that_ran_not_what_came_with_a_notice() -> None:
    story = Story()
    story.notice()
    story.make("skymap")
    story.fail("plot", retry_in=None)

    assert about(story.state).recorded == {"skymap"}


def test_a_deleted_file_keeps_its_record() -> None:
    story = a_story()
    story.operate("delete", "plot")

    assert "plot" in about(story.state).recorded


def test_flags_are_the_event_s() -> None:
    story = a_story()
    story.flag(FlagName.VETOED, on=True)

    assert about(story.state).flags.VETOED


def test_the_event_time_is_of_the_newest_notice_that_tells_it() -> None:
    story = Story()
    story.notice(AlertType.PRELIMINARY, event_time=START - timedelta(minutes=7))
    story.notice(AlertType.UPDATE, event_time=START - timedelta(minutes=8))
    story.notice(AlertType.RETRACTION, event_time=None)

    assert about(story.state).event_time == START - timedelta(minutes=8)


def test_the_event_time_does_not_depend_on_the_order_of_arrival() -> None:
    story = Story()
    story.notice(AlertType.UPDATE, event_time=START - timedelta(minutes=8))
    older = a_trigger(
        AlertType.PRELIMINARY,
        created=START - timedelta(minutes=1),
        event_time=START - timedelta(minutes=9),
    )
    story.tell(older)

    assert about(story.state).event_time == START - timedelta(minutes=8)


def test_an_event_that_no_notice_dates_has_no_time() -> None:
    story = Story()
    story.notice(event_time=None)

    assert about(story.state).event_time is None


def test_the_first_time_is_when_the_first_file_came() -> None:
    story = a_story()
    came = story.steps[1].fact
    assert isinstance(came, TriggerReceived)

    story.make_again("plot", "another plot")

    assert about(story.state).first_at == came.occurred_at


def test_the_first_time_outlives_its_files() -> None:
    story = a_story()
    before = about(story.state).first_at

    story.operate("delete", "skymap")

    assert about(story.state).first_at == before


def test_the_modification_time_is_when_a_file_last_got_another_content() -> None:
    story = a_story()
    story.make_again("skymap", "another map")

    assert about(story.state).modified_at == arrival(story, "skymap.json")
    assert about(story.state).modified_at == story.steps[-1].fact.occurred_at


def test_flags_failures_and_equal_contents_do_not_change_the_modification_time() -> None:
    story = a_story()
    before = about(story.state).modified_at

    story.flag(FlagName.UPLOAD, on=False)
    story.make_again("plot", "the same plot")
    changed = about(story.state).modified_at
    story.make_again("plot", "the same plot")
    story.operate("request", "skymap")
    story.fail("skymap", retry_in=None)

    assert before is not None
    assert changed is not None
    assert changed > before
    assert about(story.state).modified_at == changed


def test_the_first_time_stays_when_every_file_was_replaced() -> None:
    story = a_story()
    before = about(story.state).first_at

    story.notice(AlertType.UPDATE, content="another notice")
    story.settle()

    assert before is not None
    assert about(story.state).first_at == before


def test_a_deletion_is_a_modification() -> None:
    story = a_story()
    deleted = story.operate("delete", "plot").fact
    again = story.operate("delete", "plot").fact

    assert about(story.state).modified_at == deleted.occurred_at != again.occurred_at


def test_what_was_deleted_and_comes_back_the_same_is_a_modification() -> None:
    story = Story()
    story.notice()
    story.make("skymap")
    story.make("plot", "the same plot")
    story.operate("delete", "plot")
    back = story.make("plot", "the same plot").fact

    assert about(story.state).modified_at == back.occurred_at
