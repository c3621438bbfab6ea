"""Downselections: how criteria come together, what is refused, and when two are equal."""

import pytest

from llama.domain.selection.downselection import Downselection
from tests.support.selecting import BOTH, NOW, ONLY_RICH, kept


def test_without_criteria_every_event_matches() -> None:
    assert kept() == BOTH


def test_all_criteria_of_a_call_must_be_met() -> None:
    assert kept(vetoed=True, fileexists="alert.json") == ONLY_RICH
    assert kept(vetoed=False, fileexists="alert.json") == []


@pytest.mark.parametrize(
    "criteria",
    [
        {},
        {"vetoed": True},
        {"vetoed": False, "fileexists": "alert.json"},
        {"eventid_filter": "S19*"},
        {"v0before": NOW},
        {"sec_since_mod_gt": 60, "fhnameexists": "Alert"},
    ],
    ids=str,
)
def test_invert_keeps_exactly_the_others(criteria: dict[str, object]) -> None:
    others = kept(invert=True, **criteria)

    assert sorted([*kept(**criteria), *others]) == sorted(BOTH)


def test_invert_negates_the_conjunction_not_each_criterion() -> None:
    assert kept(invert=True, vetoed=True, manual=False) == BOTH


def test_an_unknown_criterion_is_a_type_error_that_names_the_nearest() -> None:
    with pytest.raises(TypeError, match="no criterion 'sec_since_v0_1t': did you mean 'sec_since"):
        Downselection.read({"sec_since_v0_1t": 5})


def test_an_unknown_criterion_like_no_other_is_answered_with_all_of_them() -> None:
    with pytest.raises(TypeError, match=r"it can be invert, eventid_filter, .*, limit$"):
        Downselection.read({"colour": "blue"})


@pytest.mark.parametrize(
    ("criteria", "complaint"),
    [
        ({"limit": -1}, "limit=-1: it may be a whole number, 0 or more"),
        ({"sec_since_mod_gt": -5}, "sec_since_mod_gt=-5"),
        ({"sec_since_v0_lt": float("nan")}, "sec_since_v0_lt=nan"),
        ({"sortkey": "colour"}, "eventtime, eventid, modtime, v0time, far"),
        ({"vetoed": "perhaps"}, "vetoed='perhaps'"),
        ({"fileexists": "../secret"}, r"fileexists='\.\./secret'"),
        ({"fhnameexists": 3}, "fhnameexists=3"),
    ],
)
def test_a_bad_value_is_a_value_error_that_says_which(
    criteria: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        Downselection.read(criteria)


def test_several_bad_values_are_told_together() -> None:
    with pytest.raises(ValueError, match=r"vetoed='perhaps': .*; limit=-1: "):
        Downselection.read({"limit": -1, "vetoed": "perhaps"})


def test_equal_criteria_are_equal_whatever_the_order_of_names() -> None:
    one = Downselection.of(fileexists=["b.json", "a.json", "a.json"], vetoed=True)
    other = Downselection.of(vetoed=True, fileexists=("a.json", "b.json"))

    assert one == other
    assert hash(one) == hash(other)


def test_a_downselection_cannot_be_changed() -> None:
    downselection = Downselection.of(limit=3)

    with pytest.raises(ValueError, match="frozen"):
        downselection.limit = 4  # pyright: ignore[reportAttributeAccessIssue]
