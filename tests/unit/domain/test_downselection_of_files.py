"""Criteria of names: of the event, of its files, and of the handlers that make them."""

import pytest

from llama.domain.handler import FileHandler, Inputs
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.profile import EventProfile
from llama.handlers import Skymap, SkymapInfo
from tests.support.selecting import BOTH, NOW, ONLY_EMPTY, ONLY_RICH, kept


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


@pytest.mark.parametrize(
    "pattern", ["", "(a+)+$", "a b", "S19*,S2*", "x" * 129, "[", "S[a", "a]", "[]", "S!"]
)
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
