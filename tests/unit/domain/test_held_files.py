"""What is held says all that people did to it: vetoed or froze it, put a content, deleted it."""

from typing import Literal

import pytest

from llama.domain.shown import ShownFile, shown_files
from schemas.facts import AlertType, FilePut
from tests.support.facts import EVENT, Story, a_content

HOLDS = (("freeze", "frozen by an operator"), ("veto", "vetoed by an operator"))
Hold = Literal["freeze", "veto"]


def plot_of(story: Story) -> ShownFile:
    return next(file for file in shown_files(story.state) if file.name == "plot.json")


def a_story(graph: str = "alert -> skymap -> plot") -> Story:
    story = Story(graph)
    story.notice()
    story.settle()
    return story


def put(story: Story) -> None:
    content = a_content("plot.json", "mine")
    story.tell(
        FilePut(
            id="put",
            occurred_at=story.now,
            event=EVENT,
            handler="plot",
            files=(content,),
            by="ada",
            reason="better",
        )
    )


@pytest.mark.parametrize(("hold", "words"), HOLDS)
def test_a_file_of_a_retracted_event_tells_that_it_is_held(hold: Hold, words: str) -> None:
    story = a_story()
    story.notice(AlertType.RETRACTION)
    story.operate(hold, "plot")

    plot = plot_of(story)

    assert (plot.status, plot.digest) == ("masked", None)
    assert plot.reason.startswith("the event was retracted at ")
    assert f"UTC; {words}" in plot.reason


@pytest.mark.parametrize(("hold", "words"), HOLDS)
def test_a_file_that_lacks_an_input_tells_that_it_is_held(hold: Hold, words: str) -> None:
    story = a_story("alert#skymap -> skymap -> plot")
    story.operate(hold, "plot")

    assert plot_of(story).status == "masked"
    assert f"; {words}" in plot_of(story).reason


@pytest.mark.parametrize("order", ["put first", "veto first"])
def test_a_vetoed_file_tells_that_somebody_put_it_there(order: str) -> None:
    story = a_story()
    acts = [lambda: put(story), lambda: story.operate("veto", "plot")]
    for act in acts if order == "put first" else acts[::-1]:
        act()

    plot = plot_of(story)

    assert (plot.status, plot.version) == ("vetoed", 1)
    assert plot.reason.startswith("by an operator, who gave no reason; put by ada at ")
    assert plot.reason.endswith(" UTC: better")


def test_a_vetoed_file_tells_that_it_was_deleted() -> None:
    story = a_story()
    story.operate("veto", "plot")
    assert plot_of(story).reason == "by an operator, who gave no reason"

    story.operate("delete", "plot")

    assert plot_of(story).reason == "by an operator, who gave no reason; it was deleted"
