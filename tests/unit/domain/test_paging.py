"""Cursors: what they say, and what is refused as one."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import LONGEST_CURSOR, Cursor, ask, find, page_of
from llama.domain.selection.profile import EventProfile

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EVENTS = [EventProfile(f"S{n}", event_time=NOW - timedelta(hours=n), far=1.0) for n in range(5)]


def a_cursor(downselection: Downselection, size: int = 2, *, is_past: bool = False) -> str:
    question = ask(downselection, now=NOW, size=size, is_past=is_past)
    page = page_of(question, [(one, one) for one in find(question, EVENTS)])
    assert page.next is not None
    return page.next


def altered(cursor: str, **changes: object) -> str:
    told = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    return base64.urlsafe_b64encode(json.dumps({**told, **changes}).encode()).decode().rstrip("=")


def test_a_cursor_needs_no_quoting() -> None:
    assert a_cursor(Downselection()).replace("-", "").replace("_", "").isalnum()


def test_a_cursor_keeps_its_place_and_the_first_moment() -> None:
    question = ask(
        Downselection(), now=NOW + timedelta(days=1), size=2, after=a_cursor(Downselection())
    )

    assert [one.eventid for one in find(question, EVENTS)] == ["S2", "S3", "S4"]
    assert (question.now, question.served) == (NOW, 2)


@pytest.mark.parametrize("is_past", [False, True], ids=["without a moment", "with another moment"])
def test_a_cursor_of_the_past_keeps_its_moment(*, is_past: bool) -> None:
    cursor, later = a_cursor(Downselection(), is_past=True), NOW + timedelta(days=1)

    question = ask(Downselection(), now=later, size=2, after=cursor, is_past=is_past)

    assert (question.now, question.is_past) == (NOW, True)


def test_the_past_is_not_gone_on_with_from_a_cursor_of_now() -> None:
    with pytest.raises(ValueError, match="belongs to a list of now"):
        ask(Downselection(), now=NOW, size=2, after=a_cursor(Downselection()), is_past=True)


def test_the_last_page_has_no_cursor() -> None:
    question = ask(Downselection(), now=NOW, size=5)

    assert page_of(question, [(one, one) for one in find(question, EVENTS)]).next is None


@pytest.mark.parametrize(
    "hostile",
    [
        *("", "x", "%00", "é", "null", "e30", "W10", "=" * 8, "A" * (LONGEST_CURSOR + 1)),
        base64.urlsafe_b64encode(b'{"question": "' + b"[" * 500).decode(),
    ],
)
def test_what_is_no_cursor_is_refused(hostile: str) -> None:
    with pytest.raises(ValueError, match="is no cursor: give `next` of the page before"):
        ask(Downselection(), now=NOW, size=2, after=hostile)


@pytest.mark.parametrize(
    "changes",
    [
        {"served": -1},
        {"served": 10**40},
        {"served": "many"},
        {"event": "'; drop table events; --"},
        {"moment": "yesterday"},
        {"moment": "9999-12-31T00:00:00Z"},
        {"asked_at": None},
        {"far": float("inf")},
        {"colour": "blue"},
        {"question": "0"},
    ],
    ids=str,
)
def test_a_cursor_with_odd_values_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="is no cursor"):
        ask(Downselection(), now=NOW, size=2, after=altered(a_cursor(Downselection()), **changes))


@pytest.mark.parametrize(
    "other",
    [{"vetoed": False}, {"sortkey": "far"}, {"reverse": True}, {"limit": 9}],
    ids=str,
)
def test_a_cursor_of_other_criteria_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="belongs to other criteria: ask again without it"):
        ask(Downselection.read(other), now=NOW, size=2, after=a_cursor(Downselection()))


def test_a_cursor_that_is_sorted_by_something_else_is_refused() -> None:
    by_rate = Downselection.of(sortkey="far")
    cursor = altered(a_cursor(by_rate), moment="2026-11-22T00:00:00Z")

    with pytest.raises(ValueError, match="belongs to other criteria"):
        ask(by_rate, now=NOW, size=2, after=cursor)


def test_a_sortkey_that_is_code_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="code cannot be sent: name one of eventtime, eventid"):
        ask(Downselection.of(sortkey=lambda event: event.eventid), now=NOW, size=2)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.hex()))
def test_no_text_is_taken_for_a_cursor(text: str) -> None:
    with pytest.raises(ValueError, match="is no cursor"):
        Cursor.read(text)
