"""Pipelines of modules: what they list, or else what is in their namespace."""

import importlib
from pathlib import Path

import pytest

from llama import DEFAULT_PIPELINE, Pipeline
from llama.domain.discovery import NAMED_PIPELINES
from tests.support import handlers_for_people as people

HANDLERS = """
from llama import FileHandler, JSONHandler, TriggeredHandler
from llama.handlers import Alert

class Kind(FileHandler):
    def generate(self, inputs):
        return b""

class Peak(Kind):
    FILENAME = "peak.json"
    DEPENDENCIES = (Alert,)

class Plot(Kind):
    FILENAME = "plot.png"
    DEPENDENCIES = (Peak,)

class _Draft(Kind):
    FILENAME = "draft.txt"
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which Python finds modules."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_all_handlers_in_a_namespace_but_no_kinds_and_nothing_private(modules: Path) -> None:
    (modules / "people_namespace.py").write_text(HANDLERS)

    assert list(Pipeline.from_module("people_namespace")) == ["Alert", "Peak", "Plot"]


@pytest.mark.parametrize(
    "listed",
    ["(Plot,)", "[Plot]", "{Plot}", "{'any': Plot}", "__import__('llama').Pipeline(Plot)"],
    ids=["tuple", "list", "set", "mapping", "pipeline"],
)
def test_what_a_module_lists_goes_before_its_namespace(
    modules: Path, listed: str, request: pytest.FixtureRequest
) -> None:
    name = f"people_listed_{request.node.callspec.id}"
    (modules / f"{name}.py").write_text(f"{HANDLERS}\nPIPELINE = {listed}\n")

    assert list(Pipeline.from_module(name)) == ["Plot"]


def test_a_module_can_be_given_as_it_is() -> None:
    assert Pipeline.from_module(people) == Pipeline.from_module(people.__name__)


@pytest.mark.parametrize("name", NAMED_PIPELINES)
def test_a_named_pipeline_stands_for_its_module(name: str) -> None:
    module = importlib.import_module(NAMED_PIPELINES[name])

    assert Pipeline.from_module(name) == Pipeline.from_module(module)


def test_the_default_pipeline_is_called_default() -> None:
    assert Pipeline.from_module("default") == DEFAULT_PIPELINE


def test_a_module_that_is_not_there_is_an_import_error_that_names_it() -> None:
    with pytest.raises(ImportError, match="the pipeline no_such_module cannot be imported") as told:
        Pipeline.from_module("no_such_module")

    assert told.value.name == "no_such_module"
    assert "name a module that Python finds" in str(told.value)


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("people_none", "", "people_none has no handlers: define FileHandler classes"),
        ("people_kinds", "from llama import FileHandler", "has no handlers"),
        ("people_empty", "PIPELINE = ()", "has no handlers"),
        ("people_number", "PIPELINE = 5", "the PIPELINE of people_number is 5: make it a tuple"),
        ("people_text", "PIPELINE = 'Peak'", "is 'Peak': make it a tuple"),
        ("people_names", "PIPELINE = ('Peak',)", "lists 'Peak': make it a tuple of FileHandler"),
    ],
)
def test_a_module_without_handlers_is_a_value_error_that_says_what_to_do(
    modules: Path, name: str, code: str, told: str
) -> None:
    (modules / f"{name}.py").write_text(code)

    with pytest.raises(ValueError, match=told):
        Pipeline.from_module(name)


def test_a_handler_that_forgot_its_generate_is_not_left_out_silently(modules: Path) -> None:
    code = "from llama import FileHandler\nclass Peak(FileHandler):\n    FILENAME = 'peak.json'\n"
    (modules / "people_forgot.py").write_text(code)

    with pytest.raises(TypeError, match="Peak is abstract"):
        Pipeline.from_module("people_forgot")
