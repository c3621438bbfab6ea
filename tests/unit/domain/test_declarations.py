"""A declaration that is no good is refused by the words in which it was written."""

import math
import re

import pytest

from llama.domain.errors import PipelineError
from llama.domain.handler import FileHandler, Inputs, uses
from llama.domain.kinds import JSONHandler
from llama.domain.pipeline import pipeline_of
from llama.domain.vetoes import veto_flag
from tests.support.handlers_for_people import Notice, Sky

A_VETO = veto_flag("ROLE", is_="test")


class Peak(FileHandler):
    FILENAME = "peak.json"

    def generate(self, inputs: Inputs) -> object:
        return b""


class Nameless(FileHandler):
    pass


SECONDS = "seconds above 0"
TUPLE_OF_CLASSES = "a tuple of FileHandler classes"
WRONG: list[tuple[str, object, str]] = [
    ("FILENAME", "a/b", "a file's name without folders"),
    ("FILENAME", "", "a file's name without folders"),
    ("FILENAME", ".hidden", "a file's name without folders"),
    ("FILENAME", 5, "a file's name without folders"),
    ("FILENAME", None, "a file's name without folders"),
    ("FILENAME", b"x", "a file's name without folders"),
    ("FILENAME", ["x"], "a file's name without folders"),
    ("FILENAME", "flags", "that stands for the event's flags"),
    ("CODE_VERSION", "", "a text of 1 to 100 characters"),
    ("CODE_VERSION", 2, "a text of 1 to 100 characters"),
    ("TIMEOUT_S", 0.0, SECONDS),
    ("TIMEOUT_S", math.inf, SECONDS),
    ("TIMEOUT_S", math.nan, SECONDS),
    ("TIMEOUT_S", True, SECONDS),
    ("TIMEOUT_S", "300", SECONDS),
    ("MAX_ATTEMPTS", 0, "a whole number from 1 on"),
    ("MAX_ATTEMPTS", 2.5, "a whole number from 1 on"),
    ("COOL_DOWN_S", 0, SECONDS),
    ("COOL_DOWN_S", 1e9, "at most 2678400"),
    ("COOL_DOWN_FACTOR", 0.5, "a number from 1 to 1000"),
    ("LONGEST_COOL_DOWN_S", -1.0, SECONDS),
    ("RESOURCE_CLASS", "huge", '"cheap" or "heavy"'),
    ("PUBLISHES", "yes", "True or False"),
    ("SPEAKS_WHEN_WITHDRAWN", 1, "True or False"),
    ("RESOURCE_CLASS", None, '"cheap" or "heavy"'),
    ("FLAGS", ("NO_SUCH_FLAG",), "a tuple of flags' names, of ROLE, ONLINE"),
    ("FLAGS", "ROLE", "a tuple of flags' names"),
    ("FLAGS", {"ROLE"}, "a tuple of flags' names"),
    ("ASPECTS", ("Not A Name",), "a tuple of names in lower case"),
    ("ASPECTS", "event", "a tuple of names in lower case"),
    ("ASPECTS", ("whole",), "'whole', which every file has, is left out"),
    ("ASPECTS", None, "a tuple of names in lower case"),
    ("VETOES", A_VETO, "a tuple of vetoes"),
    ("VETOES", ("UPLOAD",), "a tuple of vetoes"),
    ("ONCE", "never", "True or False"),
    ("ONCE", "yes", "True or False"),
    ("DEPENDENCIES", Notice, TUPLE_OF_CLASSES),
    ("DEPENDENCIES", ("Notice",), TUPLE_OF_CLASSES),
    ("DEPENDENCIES", (Notice("S1"),), TUPLE_OF_CLASSES),
    ("DEPENDENCIES", uses(Notice), TUPLE_OF_CLASSES),
    ("DEPENDENCIES", {Notice}, TUPLE_OF_CLASSES),
    ("DEPENDENCIES", (one for one in (Notice,)), TUPLE_OF_CLASSES),
    ("DEPENDENCIES", (Nameless,), "each with a FILENAME"),
    ("DEPENDENCIES", 5, TUPLE_OF_CLASSES),
    ("MANIFEST_TYPES", Notice, TUPLE_OF_CLASSES),
    ("MANIFEST_TYPES", ("Notice",), TUPLE_OF_CLASSES),
    ("MANIFEST_TYPES", None, TUPLE_OF_CLASSES),
    ("UR_DEPENDENCIES", (Notice,), "leave it out"),
]


@pytest.mark.parametrize(("attribute", "value", "right"), WRONG)
def test_a_wrong_attribute_is_named_with_class_value_and_what_would_be_right(
    attribute: str, value: object, right: str
) -> None:
    with pytest.raises(PipelineError) as refused:
        pipeline_of([type("Wrong", (Peak,), {attribute: value})])

    assert str(refused.value).startswith(f"Wrong.{attribute} is {value!r}: ")
    assert right in str(refused.value)


def test_every_attribute_has_been_tried() -> None:
    attributes = set(FileHandler.__annotations__)

    assert {attribute for attribute, *_ in WRONG} == attributes


@pytest.mark.parametrize(("name", "value"), [("DEPENDENCIES", [Notice]), ("FLAGS", ["ROLE"])])
def test_a_list_does_for_a_tuple(name: str, value: object) -> None:
    assert "Own" in pipeline_of([type("Own", (Peak,), {name: value}), Notice])


def test_a_class_whose_name_the_log_cannot_keep_is_refused() -> None:
    with pytest.raises(PipelineError, match="the class Pic's is no name for a handler: "):
        pipeline_of([type("Pic's", (Peak,), {})])


@pytest.mark.parametrize(
    ("handler", "aspects"),
    [("Notice", ()), (Notice("S1"), ()), (Sky, (["pixels"],)), (Sky, (5,)), (Sky, ("No Name",))],
)
def test_what_cannot_be_used_is_refused_where_it_is_written(
    handler: type[FileHandler], aspects: tuple[str, ...]
) -> None:
    with pytest.raises(PipelineError, match=r"uses\(.*\): name a FileHandler class, then aspects'"):
        uses(handler, *aspects)


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("TIMEOUT", "TIMEOUT_S"),
        ("DEPENDENCY", "DEPENDENCIES"),
        ("DEPENDS", "DEPENDENCIES"),
        ("FILE_NAME", "FILENAME"),
        ("VERSION", "CODE_VERSION"),
        ("VETO", "VETOES"),
        ("ASPECT", "ASPECTS"),
        ("FLAG", "FLAGS"),
        ("COOLDOWN_S", "COOL_DOWN_S"),
        ("ATTEMPTS", "MAX_ATTEMPTS"),
        ("RESOURCE", "RESOURCE_CLASS"),
        ("MANIFEST", "MANIFEST_TYPES"),
        ("Dependencies", "DEPENDENCIES"),
    ],
)
def test_a_name_that_is_nearly_an_attributes_is_refused(typo: str, meant: str) -> None:
    with pytest.raises(PipelineError) as refused:
        type("Own", (Peak,), {"FILENAME": "own.txt", typo: 2})

    assert re.match(rf"Own has {typo}, .* did you mean {meant}\?", str(refused.value))


@pytest.mark.parametrize(
    "name", ["URL", "TIMES", "THRESHOLD", "HTTP_TIMEOUT_S", "MY_FLAGS", "_TIMEOUT", "AREA_DEG2"]
)
def test_constants_of_ones_own_are_allowed(name: str) -> None:
    own = type("Own", (Peak,), {"FILENAME": "own.txt", name: 2})

    assert getattr(own, name) == 2


def test_a_typo_in_what_is_mixed_in_is_found_too() -> None:
    mixed_in = type("Slow", (), {"TIMEOUT": 5})

    with pytest.raises(PipelineError, match=r"did you mean TIMEOUT_S\?"):
        type("Own", (mixed_in, JSONHandler), {"FILENAME": "own.json"})
