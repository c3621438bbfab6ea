"""Every criterion of a downselection: which events it keeps, and which it does not."""

from datetime import UTC, datetime, timedelta

import pytest

from llama.domain.assessment import Status
from llama.domain.flags import Flags
from llama.domain.handler import FileHandler, Inputs
from llama.domain.labels import Label
from llama.domain.selection.criteria import Criteria
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.profile import EventProfile
from llama.handlers import Skymap, SkymapInfo

NOW = datetime(2023, 9, 14, 12, tzinfo=UTC)
AN_HOUR_AGO = NOW - timedelta(hours=1)
EMPTY = EventProfile("S230914ak")
RICH = EventProfile(
    "S190814bv",
    files=frozenset({"alert.json", Skymap.FILENAME, SkymapInfo.FILENAME}),
    handlers=frozenset({"Alert", "Skymap"}),
    recorded=frozenset({"Skymap"}),
    flags=Flags(VETOED=True, MANUAL=True),
    first_at=AN_HOUR_AGO,
    modified_at=AN_HOUR_AGO,
)


class Pair(FileHandler):
    FILENAME = "pair.json"

    def generate(self, inputs: Inputs) -> object:
        return {Pair: "one", Twin: "two"}


class Twin(Pair):
    FILENAME = "twin.json"


class Couple(FileHandler):
    FILENAME = "couple.json"
    MANIFEST_TYPES = (Twin,)

    def generate(self, inputs: Inputs) -> object:
        return {Couple: "one", Twin: "two"}


def kept(**criteria: object) -> list[str]:
    """Which of the two events a downselection keeps."""
    downselection = Downselection.read(criteria)
    return [event.eventid for event in (EMPTY, RICH) if downselection.matches(event, NOW)]


BOTH = [EMPTY.eventid, RICH.eventid]
ONLY_RICH = [RICH.eventid]
ONLY_EMPTY = [EMPTY.eventid]


def test_without_criteria_every_event_matches() -> None:
    assert kept() == BOTH


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("S190814bv", ONLY_RICH),
        ("S23*", ONLY_EMPTY),
        ("S??0[89]14*", BOTH),
        ("S190814b?", ONLY_RICH),
        ("S2[!1]*", ONLY_EMPTY),
        ("s19*", []),
        ("S19", []),
        (("S19*", "S23*"), BOTH),
        (("S19*", "MS*"), ONLY_RICH),
    ],
)
def test_eventid_filter_keeps_ids_that_match_one_pattern(
    glob: str | tuple[str, ...], expected: list[str]
) -> None:
    assert kept(eventid_filter=glob) == expected


def test_eventid_filter_survives_a_pattern_made_to_exhaust_it() -> None:
    hostile = Downselection.of(eventid_filter="*a" * 60 + "b")

    assert not hostile.matches(EventProfile("a" * 64), NOW)


@pytest.mark.parametrize("pattern", ["", "(a+)+$", "a b", "S19*,S2*", "x" * 129])
def test_eventid_filter_refuses_what_is_no_shell_pattern_of_an_id(pattern: str) -> None:
    with pytest.raises(ValueError, match="eventid_filter="):
        Downselection.of(eventid_filter=pattern)


def test_fileexists_keeps_events_with_all_of_the_files() -> None:
    assert kept(fileexists="alert.json") == ONLY_RICH
    assert kept(fileexists=("alert.json", Skymap.FILENAME)) == ONLY_RICH
    assert kept(fileexists=("alert.json", "neutrinos.json")) == []


def test_fhexists_keeps_events_with_the_files_of_all_of_the_classes() -> None:
    assert kept(fhexists=SkymapInfo) == ONLY_RICH
    assert kept(fhexists=(Skymap, SkymapInfo)) == ONLY_RICH
    assert kept(fhexists=(Skymap, Pair)) == []


def test_fhexists_is_kept_as_the_names_of_files() -> None:
    assert Downselection.of(fhexists=(Skymap,)).fhexists == (Skymap.FILENAME,)


def test_fhexists_of_a_file_made_along_is_about_that_file() -> None:
    assert Downselection.of(fhexists=Twin).fhexists == ("twin.json",)


@pytest.mark.parametrize("given", [int, FileHandler, (Skymap, dict)])
def test_fhexists_refuses_a_class_that_is_no_handler_of_a_file(given: object) -> None:
    with pytest.raises(ValueError, match="is no handler of a file: give a FileHandler class"):
        Downselection.read({"fhexists": given})


def test_fhnameexists_keeps_events_with_all_files_of_the_handlers() -> None:
    assert kept(fhnameexists="Skymap") == ONLY_RICH
    assert kept(fhnameexists=("Alert", "Skymap")) == ONLY_RICH
    assert kept(fhnameexists=("Alert", "SkymapInfo")) == []


def test_fhmeta_keeps_events_with_a_record_of_each_class() -> None:
    assert kept(fhmeta=Skymap) == ONLY_RICH
    assert kept(fhmeta=(Skymap, SkymapInfo)) == []


def test_fhmeta_of_a_file_made_along_is_the_record_of_its_maker() -> None:
    assert Downselection.of(fhmeta=Twin).fhmeta == ("Couple",)


def test_fhnamemeta_keeps_events_with_a_record_of_each_handler() -> None:
    assert kept(fhnamemeta="Skymap") == ONLY_RICH
    assert kept(fhnamemeta=("Skymap", "Alert")) == []


@pytest.mark.parametrize("flag", ["vetoed", "manual"])
def test_vetoed_and_manual_ask_for_the_flag_set_or_not_set(flag: str) -> None:
    assert kept(**{flag: True}) == ONLY_RICH
    assert kept(**{flag: False}) == ONLY_EMPTY
    assert kept(**{flag: None}) == BOTH


@pytest.mark.parametrize("name", ["modbefore", "v0before"])
def test_before_is_strict(name: str) -> None:
    assert kept(**{name: AN_HOUR_AGO + timedelta(microseconds=1)}) == ONLY_RICH
    assert kept(**{name: AN_HOUR_AGO}) == []


@pytest.mark.parametrize("name", ["modafter", "v0after"])
def test_after_is_strict(name: str) -> None:
    assert kept(**{name: AN_HOUR_AGO - timedelta(microseconds=1)}) == ONLY_RICH
    assert kept(**{name: AN_HOUR_AGO}) == []


@pytest.mark.parametrize("name", ["sec_since_mod_gt", "sec_since_v0_gt"])
def test_sec_since_gt_keeps_what_is_longer_ago(name: str) -> None:
    assert kept(**{name: 3599.5}) == ONLY_RICH
    assert kept(**{name: 3600}) == []


@pytest.mark.parametrize("name", ["sec_since_mod_lt", "sec_since_v0_lt"])
def test_sec_since_lt_keeps_what_is_more_recent(name: str) -> None:
    assert kept(**{name: 3600.5}) == ONLY_RICH
    assert kept(**{name: 3600}) == []


def test_seconds_are_counted_to_the_moment_that_is_given() -> None:
    recent = Downselection.of(sec_since_v0_lt=7200)

    assert recent.matches(RICH, NOW)
    assert not recent.matches(RICH, NOW + timedelta(hours=1))


def test_modification_and_first_version_are_two_times() -> None:
    event = EventProfile("S1", first_at=AN_HOUR_AGO, modified_at=NOW)

    assert Downselection.of(v0before=NOW, modafter=AN_HOUR_AGO).matches(event, NOW)
    assert not Downselection.of(modbefore=NOW).matches(event, NOW)
    assert not Downselection.of(v0after=AN_HOUR_AGO).matches(event, NOW)


TIMES: tuple[Criteria, ...] = (
    {"v0before": NOW},
    {"v0after": 0},
    {"sec_since_v0_gt": 0},
    {"sec_since_v0_lt": 1e9},
    {"modbefore": NOW},
    {"modafter": 0},
    {"sec_since_mod_gt": 0},
    {"sec_since_mod_lt": 1e9},
)


@pytest.mark.parametrize("criteria", TIMES, ids=lambda one: next(iter(one)))
def test_events_without_files_meet_no_criterion_of_time(criteria: Criteria) -> None:
    timeless = EventProfile("S230914ak")

    assert not Downselection.of(**criteria).matches(timeless, NOW)


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
        ({"status": "lost"}, "'current', 'missing', 'obsolete'"),
        ({"label": "loud"}, "'earlywarning', 'preliminary'"),
        ({"far_lt": -1}, "far_lt=-1"),
        ({"far_gt": float("inf")}, "far_gt=inf"),
        ({"classification": "<b>"}, "classification='<b>'"),
        ({"p_gt": "BNS"}, "says no probability: write BNS:0.5"),
        ({"p_gt": "BNS:2"}, "p_gt='2': Input should be less"),
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


def test_invert_negates_the_conjunction_not_each_criterion() -> None:
    assert kept(invert=True, vetoed=True, manual=False) == BOTH


def test_only_ages_are_clock_relative() -> None:
    relative = {
        name
        for criteria in TIMES
        for name in criteria
        if Downselection.of(**criteria).is_clock_relative
    }

    assert relative == {
        "sec_since_v0_gt",
        "sec_since_v0_lt",
        "sec_since_mod_gt",
        "sec_since_mod_lt",
    }
    assert not Downselection.of(vetoed=True, limit=3).is_clock_relative


def test_an_unknown_criterion_is_a_type_error_that_names_the_nearest() -> None:
    with pytest.raises(TypeError, match="no criterion 'sec_since_v0_1t': did you mean 'sec_since"):
        Downselection.read({"sec_since_v0_1t": 5})


def test_an_unknown_criterion_like_no_other_is_answered_with_all_of_them() -> None:
    with pytest.raises(TypeError, match=r"it can be invert, eventid_filter, .*, limit$"):
        Downselection.read({"colour": "blue"})


@pytest.mark.parametrize(
    ("criteria", "complaint"),
    [
        ({"limit": -1}, "limit=-1: Input should be greater than or equal to 0"),
        ({"sec_since_mod_gt": -5}, "sec_since_mod_gt=-5"),
        ({"sec_since_v0_lt": float("nan")}, "sec_since_v0_lt=nan"),
        ({"sortkey": "colour"}, "'eventtime', 'eventid', 'modtime', 'v0time' or 'far'"),
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
