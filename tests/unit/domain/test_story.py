"""The builders of tests/support/facts.py mean what they say."""

import pytest

from llama.domain.event_state import replay
from tests.support.facts import Story, a_pipeline


def test_an_arrow_points_from_what_is_used_to_what_is_made() -> None:
    manifest = a_pipeline("alert -> skymap#pixels -> plot <- neutrinos?")

    needs = {spec.name: [need.file for need in spec.dependencies] for spec in manifest.handlers}
    assert needs == {
        "alert": [],
        "skymap": ["alert.json"],
        "neutrinos": [],
        "plot": ["skymap.json", "neutrinos.json"],
    }


def test_a_node_says_which_aspect_is_used_and_what_may_be_absent() -> None:
    plot = a_pipeline("skymap#pixels -> plot <- neutrinos?").handlers[-1]

    found = [(need.aspects, need.optional) for need in plot.dependencies]
    assert found == [(("pixels",), False), (("whole",), True)]


def test_lines_add_up_with_ancestors_first() -> None:
    names = [spec.name for spec in a_pipeline("b, c -> d; a -> b; a -> c").handlers]

    assert (names[0], names[-1]) == ("a", "d")


def test_only_the_alert_comes_from_outside() -> None:
    kinds = {spec.name: spec.kind for spec in a_pipeline("alert -> skymap").handlers}

    assert kinds == {"alert": "triggered", "skymap": "made"}


def test_an_unreadable_node_is_refused() -> None:
    with pytest.raises(ValueError, match="'Sky Map' is no node"):
        a_pipeline("alert -> Sky Map")


def test_a_story_is_what_its_facts_amount_to() -> None:
    story = Story("alert -> skymap -> plot")
    story.notice()
    story.settle()

    assert story.state == replay(story.event, [step.fact for step in story.steps])
    assert [step.offset for step in story.steps] == [0, 1, 2, 3]
    assert sorted(story.state.tree) == ["alert.json", "plot.json", "skymap.json"]


def test_a_handler_that_needs_nothing_is_not_made() -> None:
    story = Story()

    with pytest.raises(LookupError, match="plot needs no run"):
        story.make("plot")
