"""Pipelines: found by their name or that of their module, refused with what to do."""

from pathlib import Path

import pytest

from llama.adapters.processes.child import load
from llama.domain.errors import Misconfigured, PipelineError
from llama.handlers import PIPELINE
from llama.runtime.pipelines import load_pipeline

HANDLERS = """
from llama.domain.handler import FileHandler, uses

class Peak(FileHandler):
    FILENAME = "peak.json"

    def generate(self, inputs):
        return b"{}"

class Plot(FileHandler):
    FILENAME = "plot.png"
    DEPENDENCIES = (uses(Peak),)

    def generate(self, inputs):
        return b"png"
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which Python finds modules."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["default", "llama.handlers"])
def test_the_default_pipeline_is_loaded_by_name(name: str) -> None:
    handlers = load_pipeline(name)

    assert set(handlers.values()) == set(PIPELINE)
    assert next(iter(handlers)) == "Alert"


def test_a_pipeline_of_ones_own_is_put_in_order(modules: Path) -> None:
    (modules / "own_in_order.py").write_text(HANDLERS + "PIPELINE = (Plot, Peak)")

    assert list(load_pipeline("own_in_order")) == ["Peak", "Plot"]


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("own_list", "PIPELINE = [Peak]"),
        ("own_mapping", "PIPELINE = {'Peak': Peak}"),
        ("own_pipeline", "from llama import Pipeline\nPIPELINE = Pipeline(Peak)"),
    ],
)
def test_a_pipeline_may_be_any_collection_of_handlers(
    modules: Path, module: str, code: str
) -> None:
    (modules / f"{module}.py").write_text(HANDLERS + code)

    assert list(load_pipeline(module)) == ["Peak"]


def test_without_a_list_the_handlers_of_the_module_are_meant(modules: Path) -> None:
    (modules / "own_namespace.py").write_text(HANDLERS)

    assert list(load_pipeline("own_namespace")) == ["Peak", "Plot"]


@pytest.mark.parametrize("pipeline", ["default", "own_child", "tests.support.handlers_for_runner"])
def test_a_child_loads_what_its_parent_loads(modules: Path, pipeline: str) -> None:
    (modules / "own_child.py").write_text(HANDLERS)

    assert list(load(pipeline).items()) == list(load_pipeline(pipeline).items())


@pytest.mark.parametrize("name", ["no_such_module_anywhere", "llama.handlers.no_such_module"])
def test_a_module_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(Misconfigured, match=f"LLAMA_PIPELINE={name} cannot be imported .*name a"):
        load_pipeline(name)


@pytest.mark.parametrize(
    ("module", "code", "told"),
    [
        ("own_nothing", "PIPELINE = ()", "own_nothing has no handlers: define FileHandler"),
        ("own_names", "PIPELINE = ('Peak',)", "lists 'Peak': make it a tuple of"),
        ("own_instances", "PIPELINE = (Peak(),)", r"lists Peak\(.*\): make it a tuple of"),
        ("own_others", "PIPELINE = (Peak, dict)", "lists <class 'dict'>: make it a tuple of"),
        ("own_number", "PIPELINE = 5", "is 5: make it a tuple of"),
    ],
)
def test_what_are_no_handlers_is_refused(modules: Path, module: str, code: str, told: str) -> None:
    (modules / f"{module}.py").write_text(HANDLERS + code)

    with pytest.raises(Misconfigured, match=f"LLAMA_PIPELINE={module} names no pipeline .*{told}"):
        load_pipeline(module)


def test_handlers_that_do_not_fit_together_are_refused(modules: Path) -> None:
    (modules / "own_unfit.py").write_text(HANDLERS + "PIPELINE = (Plot,)")

    with pytest.raises(PipelineError, match="Plot depends on Peak, which is not among them"):
        load_pipeline("own_unfit")
