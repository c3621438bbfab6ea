"""The quick `replace` does what the standard library's does."""

import dataclasses

import pytest

from llama.domain.replacing import replace
from llama.domain.states import EventState, Outcome
from tests.support.facts import Story


def test_a_copy_differs_in_what_was_changed_only() -> None:
    story = Story()
    story.notice()

    copy = replace(story.state, sequence=7, outcome=Outcome.REDUNDANT)

    assert copy == dataclasses.replace(story.state, sequence=7, outcome=Outcome.REDUNDANT)
    assert copy != story.state


def test_the_original_stays_as_it_was() -> None:
    state = EventState("S1")

    replace(state, event="S2")

    assert state == EventState("S1")


def test_a_copy_is_as_frozen_as_its_original() -> None:
    copy = replace(EventState("S1"), sequence=1)

    with pytest.raises(dataclasses.FrozenInstanceError):
        copy.sequence = 2  # pyright: ignore[reportAttributeAccessIssue]


def test_a_field_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError, match="sequences"):
        replace(EventState("S1"), sequences=1)
