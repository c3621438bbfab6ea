"""Pipelines: found by the name of their module, refused with what to do."""

from pathlib import Path

import pytest

from llama.domain.errors import Misconfigured, PipelineError
from llama.handlers import PIPELINE
from llama.runtime.pipelines import load_pipeline

HANDLERS = """
from llama.domain.handler import FileHandler, uses

class Peak(FileHandler):
    FILENAME = "peak.json"

class Plot(FileHandler):
    FILENAME = "plot.png"
    DEPENDENCIES = (uses(Peak),)
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which Python finds modules."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_the_default_pipeline_is_loaded_by_name() -> None:
    handlers = load_pipeline("llama.handlers")

    assert set(handlers.values()) == set(PIPELINE)
    assert next(iter(handlers)) == "Alert"


def test_a_pipeline_of_ones_own_is_put_in_order(modules: Path) -> None:
    (modules / "own_in_order.py").write_text(HANDLERS + "PIPELINE = (Plot, Peak)")

    assert list(load_pipeline("own_in_order")) == ["Peak", "Plot"]


@pytest.mark.parametrize("name", ["no_such_module_anywhere", "llama.handlers.no_such_module"])
def test_a_module_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(Misconfigured, match=f"LLAMA_PIPELINE={name} cannot be imported .*name a"):
        load_pipeline(name)


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("without_any", ""),
        ("with_a_list", "PIPELINE = [Peak]"),
        ("with_names", "PIPELINE = ('Peak',)"),
        ("with_instances", "PIPELINE = (Peak(),)"),
        ("with_other_classes", "PIPELINE = (Peak, dict)"),
    ],
)
def test_what_is_no_tuple_of_handlers_is_refused(modules: Path, module: str, code: str) -> None:
    (modules / f"{module}.py").write_text(HANDLERS + code)

    with pytest.raises(Misconfigured, match=f"{module} has no PIPELINE: make it a tuple of"):
        load_pipeline(module)


def test_handlers_that_do_not_fit_together_are_refused(modules: Path) -> None:
    (modules / "own_unfit.py").write_text(HANDLERS + "PIPELINE = (Plot,)")

    with pytest.raises(PipelineError, match="Plot depends on Peak, which is not among them"):
        load_pipeline("own_unfit")
