"""What people import from `llama`, and that it costs nothing before it is used."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import llama

HEAVY = ("llama.adapters", "asyncpg", "aiokafka", "astropy", "matplotlib", "numpy")


def loaded_by(code: str, root: Path) -> set[str]:
    """Return the modules that a fresh Python has after running some code."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


def is_below(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def test_importing_llama_loads_nothing_else_of_it(repository_root: Path) -> None:
    loaded = loaded_by("import llama", repository_root)

    assert [module for module in sorted(loaded) if is_below(module, ("llama", "schemas"))] == [
        "llama"
    ]


def test_using_every_name_loads_no_adapter_and_no_heavy_library(repository_root: Path) -> None:
    loaded = loaded_by("from llama import *", repository_root)

    assert "llama.client.pipeline" in loaded
    assert [module for module in sorted(loaded) if is_below(module, HEAVY)] == []


@pytest.mark.parametrize("name", llama.__all__)
def test_every_name_is_the_one_of_its_home(name: str) -> None:
    value = getattr(llama, name)

    assert value is getattr(importlib.import_module(llama.HOMES[name]), name)
    assert name in dir(llama)


def test_names_homes_and_types_agree(repository_root: Path) -> None:
    """Editors and type checkers read the imports, programs the mapping."""
    tree = ast.parse((repository_root / "llama" / "__init__.py").read_text())
    typed = {
        alias.name: node.module
        for branch in tree.body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert typed == dict(llama.HOMES)
    assert sorted(llama.__all__) == sorted(typed)


def test_a_name_that_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="module 'llama' has no attribute 'Nothing'"):
        _ = llama.Nothing  # type: ignore[attr-defined]  # the mistake tested
    with pytest.raises(ImportError, match="cannot import name 'Nothing'"):
        exec("from llama import Nothing")
