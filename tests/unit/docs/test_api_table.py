"""The table of promises names tests that exist, and leaves no public name out."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from llama import FileHandler, Pipeline
from llama.client.pipelines.file_handler_map import FileHandlerMap

ROW = re.compile(r"^\| (?P<names>.+?) \| (?P<promise>.+?) \| `(?P<path>[^`:]+)::(?P<test>\w+)` \|$")
HEADING = ("| Name | Promise | Test |", "|---|---|---|")


@pytest.fixture
def lines(repository_root: Path) -> list[str]:
    return (repository_root / "docs" / "api.md").read_text().splitlines()


@cache
def named_in(module: Path) -> frozenset[str]:
    """Return the tests that a module defines, read and not run."""
    tree = ast.parse(module.read_text())
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, functions) and node.name.startswith("test_")
    )


def section(lines: list[str], title: str) -> str:
    """Return what stands under a heading."""
    _, _, rest = "\n".join(lines).partition(f"\n## `{title}`\n")
    return rest.partition("\n## ")[0]


def test_every_test_that_is_named_exists(lines: list[str], repository_root: Path) -> None:
    rows = [row for line in lines if (row := ROW.match(line))]

    missing = [
        f"{row['path']}::{row['test']}"
        for row in rows
        if not (repository_root / row["path"]).is_file()
        or row["test"] not in named_in(repository_root / row["path"])
    ]

    assert len(rows) > 100
    assert not missing


def test_every_row_names_a_test(lines: list[str]) -> None:
    odd = [
        line
        for line in lines
        if line.startswith("|") and line not in HEADING and not ROW.match(line)
    ]

    assert not odd, "write | name | promise | `tests/path.py::test_name` |"


def test_no_row_stands_twice(lines: list[str]) -> None:
    rows = [line for line in lines if ROW.match(line)]

    assert sorted(rows) == sorted(set(rows))


@pytest.mark.parametrize("cls", [Pipeline, FileHandler, FileHandlerMap])
def test_every_public_name_of_a_class_has_a_row(lines: list[str], cls: type) -> None:
    own = [name for name in vars(cls) if not name.startswith("_")]
    told = section(lines, cls.__name__)

    assert told
    assert [name for name in own if not re.search(rf"`{name}\b", told)] == []
