"""Pipelines: found by their name or that of their module, refused with what to do."""

import sys
from pathlib import Path

import pytest

from llama.adapters.processes.child import load
from llama.domain.errors import Misconfigured
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


@pytest.fixture(autouse=True)
def kept_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what is added to the path forgotten after each test."""
    monkeypatch.setattr(sys, "path", [one for one in sys.path if one])


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
def test_a_module_that_is_not_there_is_named_with_where_it_was_looked_for(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(Misconfigured) as refused:
        load_pipeline(name)

    assert str(refused.value).startswith(f"LLAMA_PIPELINE={name}: there is no module {name} in ")
    told = str(refused.value)
    assert {str(tmp_path), "PYTHONPATH,"} <= set(told.split())
    assert told.endswith("name one of the pipelines default, subthreshold, review")


@pytest.mark.parametrize("name", ["own_file.py", "folder/own_file", "./own_file.py"])
def test_for_a_file_the_name_of_its_module_is_proposed(name: str) -> None:
    with pytest.raises(Misconfigured, match=r"give the name that one imports \(own_file\)"):
        load_pipeline(name)


@pytest.mark.parametrize(
    ("module", "code", "told"),
    [
        ("own_nothing", "PIPELINE = ()", "own_nothing has no handlers: define FileHandler"),
        ("own_names", "PIPELINE = ('Peak',)", "lists 'Peak': make it a tuple of"),
        ("own_instances", "PIPELINE = (Peak(),)", r"lists Peak\(.*\): make it a tuple of"),
        ("own_others", "PIPELINE = (Peak, dict)", "lists <class 'dict'>: make it a tuple of"),
        ("own_number", "PIPELINE = 5", "is 5: make it a tuple of"),
        ("own_unfit", "PIPELINE = (Plot,)", "Plot depends on Peak, which is not among them"),
        ("own_circle", "Peak.DEPENDENCIES = (Plot,)", "in a circle: P"),
        ("own_odd", "Peak.TIMEOUT_S = -1", r"Peak.TIMEOUT_S is -1: make it"),
    ],
)
def test_what_is_no_pipeline_is_refused(modules: Path, module: str, code: str, told: str) -> None:
    path = modules / f"{module}.py"
    path.write_text(f"{HANDLERS}\n{code}\n")

    with pytest.raises(Misconfigured, match=rf"LLAMA_PIPELINE={module} \({path}\): .*{told}"):
        load_pipeline(module)


@pytest.mark.parametrize(
    ("module", "code", "told"),
    [
        ("own_fault", "1 / 0", r"ZeroDivisionError: division by zero \(.*own_fault.py, line 17\)"),
        ("own_exit", "raise SystemExit", r"SystemExit \(.*own_exit.py, line 17\)"),
        ("own_syntax", "1 1", r"SyntaxError: .* \(own_syntax.py, line 17\)"),
        ("own_lack", "import not_there", r"named 'not_there' \(.*own_lack.py, line 17\)"),
        (
            "own_typo",
            "class Own(Peak):\n    TIMEOUT = 2",
            r"did you mean TIMEOUT_S.*own_typo.py, line 17",
        ),
    ],
)
def test_a_module_that_raises_is_told_with_the_line(
    modules: Path, module: str, code: str, told: str
) -> None:
    (modules / f"{module}.py").write_text(f"{HANDLERS}\n{code}\n")

    with pytest.raises(Misconfigured, match=f"={module} cannot be imported: .*{told}.*: mend it"):
        load_pipeline(module)


def test_a_module_of_the_current_folder_is_found_after_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_here.py").write_text(HANDLERS)
    (tmp_path / "schemas.py").write_text("1 / 0")
    monkeypatch.chdir(tmp_path)

    assert list(load_pipeline("own_here")) == ["Peak", "Plot"]
    assert sys.path[-1] == str(tmp_path)
