"""What notices did to their event, told to people."""

from datetime import timedelta

import pytest

from llama.cli.notices import outcomes_of
from llama.ports.projections import FactRow
from schemas.facts import AlertType, TriggerReceived
from tests.support.facts import START, Story, a_trigger

TYPE = AlertType.UPDATE
TIE = "of the same time as the newest, which goes before it by its {}: changes nothing"


def told(*notices: TriggerReceived) -> list[str]:
    story = Story()
    steps = [story.tell(notice) for notice in notices]
    rows = [
        FactRow(
            step.after.sequence,
            step.partition,
            step.offset,
            step.fact.id,
            step.fact.kind,
            step.fact.occurred_at,
            step.after.outcome,
            step.fact.model_dump_json().encode(),
        )
        for step in steps
    ]
    by_place = outcomes_of(rows[::-1])
    return [by_place[step.partition, step.offset] for step in steps]


def test_a_notice_counts_or_is_older_or_known() -> None:
    newest = a_trigger(TYPE)
    older = a_trigger(created=START - timedelta(minutes=1))

    assert told(newest, older, newest) == [
        "it counts",
        "older than the newest: changes nothing",
        "known already",
    ]


def test_a_notice_of_the_same_time_is_not_called_older_but_lost_by_its_type() -> None:
    assert told(a_trigger(TYPE), a_trigger(AlertType.INITIAL))[1] == TIE.format("type, UPDATE")


def test_a_notice_of_the_same_time_and_type_lost_by_its_content() -> None:
    one, other = a_trigger(content="one"), a_trigger(content="other")
    first, last = (one, other) if one.notice > other.notice else (other, one)

    assert told(first, last) == ["it counts", TIE.format("content")]
    assert told(last, first) == ["it counts", "it counts"]


@pytest.mark.parametrize("later", [1, 60])
def test_a_notice_is_compared_with_the_newest_of_its_day(later: int) -> None:
    newest = a_trigger(TYPE, created=START + timedelta(minutes=later))

    assert told(a_trigger(TYPE), a_trigger(), newest)[1] == TIE.format("type, UPDATE")
