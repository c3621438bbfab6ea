"""Facts in words, for people who read what happened."""

from datetime import timedelta

import pytest

from llama.domain.states import Outcome
from llama.domain.telling import Telling, told, told_of
from schemas.facts import (
    FACTS,
    AlertType,
    Change,
    Fact,
    FileExpired,
    FileObsoleted,
    FilePut,
    FileVetoed,
    FlagsChanged,
    PipelineRequested,
)
from schemas.flags import FlagName
from tests.support.facts import EVENT, START, Story, a_content

ORDER = {"id": "request-r1", "event": EVENT, "occurred_at": START}
ORDERED = {**ORDER, "by": "ada", "reason": "a\nglitch"}


def order_of(kind: str, **fields: object) -> Fact:
    return FACTS.validate_python({"kind": kind, **ORDERED, "handler": "Skymap", **fields})


def words_of(story: Story) -> list[str]:
    return [told(step.fact).what for step in story.steps]


def test_a_story_is_told_in_order() -> None:
    story = Story("alert -> skymap")
    story.notice(AlertType.INITIAL)
    story.fail("skymap", retry_in=timedelta(seconds=4))
    story.make("skymap")

    adopted, notice, failed, made = words_of(story)

    assert adopted.startswith("adopted pipeline ")
    assert notice.startswith("INITIAL notice of 2023-09-14 11:20:")
    assert failed == "skymap (code 1) failed (exception)"
    assert made == "skymap (code 1, attempt 2) made skymap.json in 0.25 s"


def test_a_failure_tells_its_error_in_a_line_and_when_it_is_tried_again() -> None:
    story = Story("alert -> skymap")
    story.notice()
    story.fail("skymap", retry_in=timedelta(seconds=4))
    story.fail("skymap", retry_in=None)

    again, never = [told(step.fact).why for step in story.steps[-2:]]

    assert "(again at 2023-09-14 " in again
    assert never.endswith("(not tried again by itself)")


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("FileVetoed", {}, "veto {}"),
        ("FileVetoed", {"vetoed": False}, "unveto {}"),
        ("FileFrozen", {}, "freeze {}"),
        ("FileFrozen", {"frozen": False}, "unfreeze {}"),
        ("FileDeleted", {}, "delete {}"),
        ("FileRequested", {}, "make {} again"),
        ("RunCancelled", {}, "cancel the run of {}"),
    ],
)
def test_an_act_is_told_with_who_ordered_it_and_why(
    kind: str, fields: dict[str, object], words: str
) -> None:
    order = order_of(kind, **fields)

    by_files = told(order, {"Skymap": ("skymap.fits", "skymap.txt")})

    assert by_files == Telling(words.format("skymap.fits and skymap.txt"), by="ada", why="a glitch")
    assert told(order).what == words.format("what Skymap makes")


def test_what_was_put_and_flagged_is_told() -> None:
    put = FilePut.model_validate(
        {**ORDERED, "handler": "Skymap", "files": (a_content("skymap.fits", "x"),)}
    )
    flags = FlagsChanged.model_validate(
        {**ORDERED, "changes": {FlagName.UPLOAD: True, FlagName.ROLE: "test"}}
    )

    assert told(put).what == "put skymap.fits"
    assert told(flags).what == "flags UPLOAD=true ROLE=test"


def test_what_becomes_of_contents_is_told() -> None:
    obsolete = FileObsoleted.model_validate(
        {
            **ORDER,
            "handler": "Plot",
            "file": "plot.png",
            "generation": "g",
            "because": (Change(input="code", was="1", now="2"),),
        }
    )
    expired = FileExpired.model_validate({**ORDER, "handler": "Plot", "generation": "g"})

    assert told(obsolete) == Telling("plot.png is obsolete", why="code changed from 1 to 2")
    assert told(expired).what == "what Plot makes has expired"


def test_only_what_was_not_to_be_expected_is_said_of_an_outcome() -> None:
    veto = FileVetoed.model_validate({**ORDERED, "handler": "Plot"})
    newest = PipelineRequested.model_validate(ORDERED)

    assert told_of(veto, Outcome.APPLIED).why == "a glitch"
    assert told_of(veto, Outcome.REDUNDANT).why == "known already; a glitch"
    assert told_of(veto, Outcome.IGNORED).why == "changed nothing; a glitch"
    assert told_of(newest, Outcome.IGNORED).why == "a glitch"


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_but_the_expected_one_has_words(outcome: Outcome) -> None:
    veto = FileVetoed.model_validate({**ORDER, "handler": "Plot"})

    assert bool(told_of(veto, outcome).why) is (outcome is not Outcome.APPLIED)


def test_a_notice_tells_its_first_oddities_and_how_many_more_there_are() -> None:
    story = Story("alert -> skymap")
    story.notice()
    notice = story.steps[-1].fact

    few, many = (
        told(notice.model_copy(update={"oddities": tuple("abcde"[:count])})).why for count in (2, 5)
    )

    assert not told(notice).why
    assert few == "odd: a; b"
    assert many == "odd: a; b; c; 2 more in alert.json"
