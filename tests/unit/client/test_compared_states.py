"""Two events compared by their states: equal, different, on one side, on neither."""

import pytest

from llama.cli.hidden import hidden_files, say_hidden
from llama.client.local.comparing import compared_states
from schemas.facts import AlertType
from tests.support.facts import Story

FILES = ["skymap.json", "plot.json"]


def a_story(*types: AlertType) -> Story:
    story = Story("alert -> skymap -> plot")
    for alert_type in types:
        story.notice(alert_type)
        story.settle()
    return story


def test_what_both_sides_lack_is_no_difference() -> None:
    retracted = a_story(AlertType.INITIAL, AlertType.RETRACTION).state

    found = compared_states(retracted, retracted)

    assert (found.match, found.neither, found.are_equal) == (["alert.json"], FILES, True)


def test_what_one_side_lacks_is_told_with_the_side() -> None:
    made = a_story(AlertType.INITIAL).state
    retracted = a_story(AlertType.INITIAL, AlertType.RETRACTION).state

    found, turned = compared_states(made, retracted), compared_states(retracted, made)

    assert (found.only_first, found.only_second, found.are_equal) == (FILES, [], False)
    assert (turned.only_first, turned.only_second, turned.are_equal) == ([], FILES, False)


def test_what_a_retraction_hides_is_said_on_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    retracted = a_story(AlertType.INITIAL, AlertType.RETRACTION).state

    say_hidden(a_story(AlertType.INITIAL).state)
    assert capsys.readouterr().err == ""
    say_hidden(retracted)

    assert hidden_files(retracted) == ["plot.json", "skymap.json"]
    assert "is retracted: 2 files are hidden (plot.json, skymap.json)" in capsys.readouterr().err
