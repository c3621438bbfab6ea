"""Criteria of flags, statuses, labels, rates and classes."""

import pytest

from llama.domain.assessment import Status
from llama.domain.flags import Flags
from llama.domain.labels import Label
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.profile import EventProfile
from tests.support.selecting import BOTH, NOW, ONLY_EMPTY, ONLY_RICH, kept


@pytest.mark.parametrize("flag", ["vetoed", "manual"])
def test_vetoed_and_manual_ask_for_the_flag_set_or_not_set(flag: str) -> None:
    assert kept(**{flag: True}) == ONLY_RICH
    assert kept(**{flag: False}) == ONLY_EMPTY
    assert kept(**{flag: None}) == BOTH


RANKED = EventProfile(
    "S190425z",
    statuses=frozenset({Status.FAILED, Status.CURRENT}),
    obsolete=frozenset({"plot.png"}),
    labels=frozenset({Label.UPDATE, Label.SIGNIFICANT}),
    flags=Flags(ROLE="test", UPLOAD=True),
    far=4.5e-13,
    classes=(("BNS", 0.75), ("NSBH", 0.25)),
)


@pytest.mark.parametrize(
    ("criteria", "is_met"),
    [
        ({"flag": "ROLE:test"}, True),
        ({"flag": {"ROLE": "test", "UPLOAD": True}}, True),
        ({"flag": ["UPLOAD", "ONLINE:false"]}, False),
        ({"status": ["failed", "current"]}, True),
        ({"status": ["failed", "waiting"]}, False),
        ({"obsolete": "plot.png"}, True),
        ({"obsolete": ["plot.png", "skymap.fits"]}, False),
        ({"label": ["update", "significant"]}, True),
        ({"label": "retracted"}, False),
        ({"far_lt": 1e-12, "far_gt": 1e-13}, True),
        ({"far_lt": 4.5e-13}, False),
        ({"far_gt": 4.5e-13}, False),
        ({"classification": ["BNS", "BBH"]}, True),
        ({"classification": "NSBH"}, False),
        ({"p_gt": {"BNS": 0.7, "NSBH": 0.2}}, True),
        ({"p_gt": "BNS:0.75"}, False),
        ({"p_gt": "Terrestrial:0"}, False),
    ],
    ids=str,
)
def test_words_rates_and_classes_are_criteria(criteria: dict[str, object], *, is_met: bool) -> None:
    assert Downselection.read(criteria).matches(RANKED, NOW) is is_met
    assert Downselection.read({**criteria, "invert": True}).matches(RANKED, NOW) is not is_met


@pytest.mark.parametrize("bound", ["far_lt", "far_gt"])
def test_an_event_without_a_rate_is_on_no_side_of_one(bound: str) -> None:
    assert kept(**{bound: 0.5}) == []


@pytest.mark.parametrize(
    ("criteria", "complaint"),
    [
        ({"flag": "COLOUR:red"}, "there is no flag 'COLOUR': the flags are ROLE, ONLINE"),
        ({"flag": "ROLE:mock"}, "ROLE is observation or test: write ROLE:test"),
        ({"flag": "ROLE"}, "ROLE is observation or test"),
        ({"flag": "UPLOAD:yes"}, "UPLOAD is true or false"),
        ({"status": "lost"}, "status='lost': it may be one of current, missing, obsolete"),
        ({"label": "loud"}, "label='loud': it may be one of earlywarning, preliminary"),
        ({"far_lt": -1}, "far_lt=-1"),
        ({"far_gt": float("inf")}, "far_gt=inf"),
        ({"classification": "<b>"}, "classification='<b>'"),
        ({"p_gt": "BNS"}, "says no probability: write BNS:0.5"),
        ({"p_gt": "BNS:2"}, "p_gt='2': it may be a class and a probability from 0 to 1"),
    ],
)
def test_odd_words_are_refused_with_advice(criteria: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Downselection.read(criteria)


def test_flags_and_thresholds_have_one_form() -> None:
    one = Downselection.of(flag=["UPLOAD", "ROLE:Test"], p_gt="BNS: 0.50")

    assert one == Downselection.of(flag={"ROLE": "test", "UPLOAD": True}, p_gt={"BNS": 0.5})
    assert one.flag == ("ROLE:test", "UPLOAD:true")
    assert one.p_gt == ("BNS:0.5",)
