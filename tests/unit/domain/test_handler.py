"""What a class of handlers declares, and what one of its instances is."""

from pathlib import Path

import orjson
import pytest

from llama.client.trial import GivenFile, GivenInputs
from llama.domain.digests import digest_bytes, digest_json
from llama.domain.errors import PipelineError
from llama.domain.handler import (
    Dependency,
    FileHandler,
    Inputs,
    PermanentError,
    Product,
    ancestors_of,
    dependencies_of,
    maker_of,
    uses,
)
from llama.domain.identity import EventTuple, Located
from llama.domain.kinds import (
    GenerateOnceHandler,
    JSONHandler,
    PollingHandler,
    TriggeredHandler,
    UploadReceiptHandler,
)
from llama.domain.manifests import spec_of
from llama.domain.pipeline import pipeline_of, with_ancestors
from llama.domain.vetoes import veto_input
from tests.support.handlers_for_people import (
    Circular,
    CircularReceipt,
    Galaxies,
    GammaRays,
    Info,
    Neutrinos,
    Notice,
    Report,
    Significance,
    SignificancePlot,
    SignificanceTable,
    Sky,
    Window,
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FILENAME", "a/b"),
        ("FILENAME", ""),
        ("CODE_VERSION", ""),
        ("FLAGS", ("NO_SUCH_FLAG",)),
        ("TIMEOUT_S", 0.0),
        ("MAX_ATTEMPTS", 0),
        ("COOL_DOWN_S", 0.0),
        ("COOL_DOWN_FACTOR", 0.5),
        ("LONGEST_COOL_DOWN_S", -1.0),
        ("RESOURCE_CLASS", "huge"),
        ("ASPECTS", ("Not A Name",)),
        ("ASPECTS", "event"),
        ("ASPECTS", ("whole",)),
    ],
)
def test_a_declaration_out_of_its_range_is_refused(name: str, value: object) -> None:
    wrong = type("Wrong", (Peak,), {name: value})

    with pytest.raises(PipelineError, match="Wrong is declared wrongly"):
        spec_of(wrong)


def test_a_bare_class_means_all_of_its_file() -> None:
    class Own(Peak):
        FILENAME = "own.txt"
        DEPENDENCIES = (Notice, uses(Sky, "pixels", "distance", optional=True), uses(Info))

    assert dependencies_of(Own) == (
        Dependency(Notice, ("whole",), optional=False),
        Dependency(Sky, ("pixels", "distance"), optional=True),
        Dependency(Info, ("whole",), optional=False),
    )
    assert uses(Notice) == Dependency(Notice, ("whole",), optional=False)


def test_what_is_declared_of_one_handler_in_several_places_adds_up() -> None:
    class Own(Peak):
        FILENAME = "own.txt"
        DEPENDENCIES = (
            uses(Notice, "map", optional=True),
            uses(Sky, "pixels", optional=True),
            Notice,
            uses(Sky, "distance", "pixels", optional=True),
        )

    assert dependencies_of(Own) == (
        Dependency(Notice, ("map", "whole"), optional=False),
        Dependency(Sky, ("pixels", "distance"), optional=True),
    )


@pytest.mark.parametrize("odd", [("Notice",), (Notice("S1"),), Notice, uses(Notice), 5])
def test_what_is_no_dependency_is_refused(odd: object) -> None:
    own = type("Own", (Peak,), {"FILENAME": "own.txt", "DEPENDENCIES": odd})

    with pytest.raises(PipelineError, match=r"the DEPENDENCIES of Own .*: make it a tuple of File"):
        pipeline_of([own])


def test_ur_dependencies_are_all_ancestors_in_an_order_that_can_be_made() -> None:
    order = list(Report.UR_DEPENDENCIES)

    assert set(order) == {
        *(Notice, Sky, Info, Window, Neutrinos, GammaRays, Galaxies),
        *(Significance, SignificanceTable, SignificancePlot),
        pipeline_of(with_ancestors([Report]))["Plot"],
    }
    for place, handler in enumerate(order):
        assert set(handler.UR_DEPENDENCIES) <= set(order[:place])
    assert Notice.UR_DEPENDENCIES == ()
    assert Report("S1").UR_DEPENDENCIES == Report.UR_DEPENDENCIES


def test_ur_dependencies_know_of_a_maker_that_was_written_later() -> None:
    class Table(FileHandler):
        FILENAME = "table.csv"

    class Reader(Peak):
        FILENAME = "reader.txt"
        DEPENDENCIES = (Table,)

    class Last(Peak):
        FILENAME = "last.txt"
        DEPENDENCIES = (Reader,)

    class Maker(Peak):
        FILENAME = "maker.txt"
        DEPENDENCIES = (Notice,)
        MANIFEST_TYPES = (Table,)

    assert (Notice, Maker, Table, Reader) == Last.UR_DEPENDENCIES
    assert set(with_ancestors([Last])) == {Notice, Maker, Table, Reader, Last}


def test_a_long_chain_has_all_its_ancestors() -> None:
    chain: list[type[FileHandler]] = [Peak]
    for number in range(2000):
        body = {"FILENAME": f"{number}.txt", "DEPENDENCIES": (chain[-1],)}
        chain.append(type(f"Link{number}", (Peak,), body))

    assert ancestors_of(chain[-1]) == tuple(chain[:-1])


def test_those_that_are_made_together_know_each_other_the_maker_first() -> None:
    together = (Significance, SignificanceTable, SignificancePlot)

    for handler in together:
        assert together == handler.MANIFEST_TYPES
        assert maker_of(handler) is Significance
        assert dependencies_of(handler) == dependencies_of(Significance)
        assert handler.UR_DEPENDENCIES == Significance.UR_DEPENDENCIES


def test_a_handler_alone_is_made_by_itself() -> None:
    assert (Peak,) == Peak.MANIFEST_TYPES
    assert maker_of(Peak) is Peak


def test_a_subclass_of_a_maker_makes_its_own_file_only() -> None:
    class Own(Significance):
        FILENAME = "own.json"

    assert (Own,) == Own.MANIFEST_TYPES
    assert Significance.MANIFEST_TYPES[0] is Significance


def test_a_file_has_one_maker() -> None:
    with pytest.raises(PipelineError, match="SignificancePlot is made by Significance already"):
        type("Second", (Peak,), {"FILENAME": "2", "MANIFEST_TYPES": (SignificancePlot,)})


def test_a_maker_can_be_written_again_as_in_a_notebook() -> None:
    class Table(FileHandler):
        FILENAME = "table.csv"

    body = {"FILENAME": "maker.txt", "MANIFEST_TYPES": (Table,)}
    type("Maker", (Peak,), dict(body))
    again = type("Maker", (Peak,), dict(body))

    assert maker_of(Table) is again
    assert (again, Table) == Table.MANIFEST_TYPES


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
    with pytest.raises(NotImplementedError):
        UploadReceiptHandler().upload(b"", GivenInputs({}))


def test_what_comes_from_outside_cannot_be_made() -> None:
    with pytest.raises(PermanentError, match=r"notice\.json comes from outside and cannot be made"):
        Notice().generate(GivenInputs({}))
    assert spec_of(Notice).kind == "triggered"
    assert issubclass(Notice, TriggeredHandler)


def test_a_json_value_is_written_canonically() -> None:
    one, same = ({"b": 1, "a": [None, "é"]}, {"a": [None, "é"], "b": 1})

    assert Info().product(one).content == '{"a":[null,"é"],"b":1}\n'.encode()
    assert Info().product(one) == Info().product(same)


def test_a_number_that_is_none_becomes_null() -> None:
    assert Info().product({"far": float("nan")}).content == b'{"far":null}\n'


def test_keys_named_in_aspects_become_aspects() -> None:
    product = Info().product({"far": 1e-9, "area": [1, 2], "other": 3})

    assert product.aspects == {"far": digest_json(1e-9), "area": digest_json([1, 2])}
    assert Info().product({"area": 1}).aspects.keys() == {"area"}
    assert Info().product([1]).aspects == {}


def test_of_a_json_file_that_was_written_the_aspects_are_found() -> None:
    assert Info.aspects_of(b'{"far": 1e-9, "other": 2}') == {"far": digest_json(1e-9)}
    assert Info.aspects_of(b"[1]") == {}
    assert set(Info.aspects_of(b"no json").values()) == {digest_bytes(b"no json")}


def test_of_any_other_file_that_was_written_each_aspect_is_all_of_it() -> None:
    digest = digest_bytes(b"fits")

    assert Sky.aspects_of(b"fits") == {"pixels": digest, "distance": digest}
    assert Peak.aspects_of(b"x") == {}


def test_a_json_handler_may_return_a_product() -> None:
    product = Product(b"{}", {"far": digest_bytes(b"")})

    assert Info().product(product) == product


@pytest.mark.parametrize("value", [{1: 2}, {"a": {1, 2}}, b"bytes", object()])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="Info returned what is no JSON"):
        Info().product(value)


def test_what_is_made_once_says_so() -> None:
    assert spec_of(Galaxies).once
    assert issubclass(Galaxies, GenerateOnceHandler)


def test_what_is_polled_is_tried_every_minute_for_a_day() -> None:
    spec = spec_of(Neutrinos)

    assert issubclass(Neutrinos, PollingHandler)
    assert (spec.cool_down_s, spec.cool_down_factor) == (60.0, 1.0)
    assert spec.cool_down_s * spec.max_attempts == 86400


def test_an_upload_sends_its_first_dependency_and_keeps_a_receipt() -> None:
    sent = b"We report"

    receipt = CircularReceipt().generate(GivenInputs({Circular: GivenFile(sent)}))

    assert receipt == {
        "file": "circular.txt",
        "digest": digest_bytes(sent),
        "size": 9,
        "answer": {"accepted": 9},
    }
    assert orjson.loads(CircularReceipt().product(receipt).content) == receipt


def test_an_upload_is_vetoed_until_the_event_may_be_published() -> None:
    (veto,) = spec_of(CircularReceipt).vetoes

    assert (veto.subject, veto.name, veto.equals, veto.negated) == ("flag", "UPLOAD", False, False)


def test_a_veto_looks_at_what_is_there_only() -> None:
    def with_veto(name: str, aspect: str, *needs: type[FileHandler]) -> type[FileHandler]:
        vetoes = (veto_input(Info, aspect, is_=0),)
        return type(
            name, (Peak,), {"FILENAME": name, "VETOES": vetoes, "DEPENDENCIES": (Notice, *needs)}
        )

    with pytest.raises(PipelineError, match="a veto of Apart looks at Info: add it to its DEPEND"):
        pipeline_of(with_ancestors([with_veto("Apart", "far"), Info]))
    with pytest.raises(PipelineError, match="looks at nothing of Info, which has none: add it to"):
        pipeline_of(with_ancestors([with_veto("Blind", "nothing", Info)]))
    assert "Fit" in pipeline_of(with_ancestors([with_veto("Fit", "far", Info)]))
