"""What a fact changed, as those see it who follow."""

from llama.domain.consequences import consequence_of
from llama.domain.outlook import Outlook
from llama.domain.work import Step
from schemas.changes import EventChange
from schemas.facts import AlertType
from schemas.flags import FlagName
from tests.support.facts import Story


def told(step: Step) -> EventChange:
    return consequence_of(Outlook.of(step.before), step.fact, step.outlook)


def files(change: EventChange) -> list[tuple[str, str | None, str | None, int | None]]:
    return [(one.name, one.was, one.status, one.version) for one in change.files]


def test_a_made_file_lets_its_consumers_go_on() -> None:
    story = Story("alert -> skymap -> plot")
    story.notice()

    change = told(story.make("skymap"))

    assert files(change) == [
        ("skymap.json", "missing", "current", 0),
        ("plot.json", "waiting", "missing", None),
    ]
    assert (change.kind, change.sequence, change.settled) == ("FileGenerated", 3, False)


def test_the_last_file_settles_the_event() -> None:
    story = Story("alert -> skymap")
    story.notice()

    assert told(story.make("skymap")).settled


def test_a_retraction_masks_what_was_made() -> None:
    story = Story("alert -> skymap")
    story.notice()
    story.settle()

    change = told(story.notice(AlertType.RETRACTION, content="gone"))

    assert (change.retracted, change.alert_type) == (True, "RETRACTION")
    assert ("skymap.json", "current", "masked", None) in files(change)


def test_only_the_flags_that_changed_are_told() -> None:
    story = Story()
    story.notice()

    assert told(story.flag(FlagName.VETOED, on=True)).flags == {"VETOED": True}


def test_files_of_an_adopted_pipeline_come_from_nothing_and_others_go() -> None:
    story = Story("alert -> skymap")
    story.notice()
    story.graph = "alert -> plot"

    change = told(story.adopt(epoch=2))

    assert sorted(files(change)) == [
        ("plot.json", None, "missing", None),
        ("skymap.json", "missing", None, None),
    ]
