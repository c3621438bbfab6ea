"""What a class of handlers declares, and what one of its instances is."""

from pathlib import Path

import pytest

from llama.client.trial import GivenInputs
from llama.domain.digests import digest_bytes
from llama.domain.handler import (
    FileHandler,
    Inputs,
    PermanentError,
)
from llama.domain.identity import EventTuple, Located
from llama.domain.kinds import (
    JSONHandler,
    UploadReceiptHandler,
)
from llama.domain.manifests import spec_of
from tests.support.handlers_for_people import (
    Sky,
)


class Peak(FileHandler):
    FILENAME = "peak.json"

    def generate(self, inputs: Inputs) -> object:
        return b""


def test_the_defaults_of_a_handler() -> None:
    spec = spec_of(Peak)

    assert (spec.name, spec.kind, spec.files, spec.code) == ("Peak", "made", ("peak.json",), "0")
    assert (spec.dependencies, spec.flags, spec.vetoes, spec.once) == ((), (), (), False)
    assert (spec.timeout_s, spec.max_attempts, spec.resource_class) == (300.0, 5, "cheap")
    assert (spec.cool_down_s, spec.cool_down_factor, spec.longest_cool_down_s) == (2.0, 2.0, 86400)


def test_what_a_handler_declares_is_told_as_it_is() -> None:
    class Own(Peak):
        FILENAME = "own.txt"
        CODE_VERSION = "2026-11"
        FLAGS = ("ROLE",)
        TIMEOUT_S = 5.0
        MAX_ATTEMPTS = 1
        COOL_DOWN_S = 3.0
        COOL_DOWN_FACTOR = 1.5
        LONGEST_COOL_DOWN_S = 60.0
        RESOURCE_CLASS = "heavy"
        ONCE = True

    spec = spec_of(Own)

    assert (spec.code, spec.flags, spec.once) == ("2026-11", ("ROLE",), True)
    assert (spec.timeout_s, spec.max_attempts, spec.resource_class) == (5.0, 1, "heavy")
    assert (spec.cool_down_s, spec.cool_down_factor, spec.longest_cool_down_s) == (3.0, 1.5, 60.0)


class AnEvent:
    eventid = "S1"
    rundir = "runs"


@pytest.mark.parametrize("event", [EventTuple("S1", "runs"), EventTuple("S1", Path("runs"))])
def test_an_instance_is_the_file_of_one_event(event: Located) -> None:
    for peak in (Peak(event), Peak("S1", "runs"), Peak(AnEvent()), Peak(Sky("S1", "runs"))):
        assert (peak.eventid, peak.rundir) == ("S1", Path("runs"))
        assert (peak.filename, peak.eventdir) == ("peak.json", Path("runs/S1"))
        assert peak.fullpath == Path("runs/S1/peak.json")


def test_an_instance_without_an_event_is_that_of_the_present_folder() -> None:
    assert (Peak().eventid, Peak().rundir, Peak("S1").fullpath) == (
        "",
        Path(),
        Path("S1/peak.json"),
    )


def test_equal_instances_are_those_of_one_class_and_event() -> None:
    same = {Peak("S1", "runs"), Peak(EventTuple("S1", Path("runs")))}
    others = {Peak("S2", "runs"), Peak("S1", "other"), Sky("S1", "runs")}

    assert len(same) == 1
    assert len(same | others) == 4
    assert Peak("S1") != "S1"


def test_an_instance_says_what_it_is() -> None:
    assert repr(Peak("S1", "runs")) == "Peak('S1', 'runs')"


def test_an_abstract_handler_cannot_generate() -> None:
    with pytest.raises(NotImplementedError):
        FileHandler().generate(GivenInputs({}))
    with pytest.raises(NotImplementedError):
        JSONHandler().generate(GivenInputs({}))
    with pytest.raises(PermanentError, match="UploadReceiptHandler has no TOPIC"):
        UploadReceiptHandler().upload(b"", GivenInputs({}))


def test_of_any_other_file_that_was_written_each_aspect_is_all_of_it() -> None:
    digest = digest_bytes(b"fits")

    assert Sky.aspects_of(b"fits") == {"pixels": digest, "distance": digest}
    assert Peak.aspects_of(b"x") == {}
