"""The page of defects names tests that exist."""

import ast
import re
from pathlib import Path

import pytest

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"^\| (?!what|---)(?P<what>[^|]+) \| (?P<tests>[^|]+) \|$", re.MULTILINE)


@pytest.fixture
def rows(repository_root: Path) -> list[tuple[str, str]]:
    return ROW.findall((repository_root / "docs" / "defects.md").read_text())


def functions_of(module: Path) -> set[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = ast.walk(ast.parse(module.read_text())) if module.exists() else ()
    return {node.name for node in nodes if isinstance(node, functions)}


def test_every_test_that_is_named_exists(
    rows: list[tuple[str, str]], repository_root: Path
) -> None:
    named = [one for _, tests in rows for one in NAMED.findall(tests)]

    missing = [
        f"{path}::{name}"
        for path, name in named
        if name not in functions_of(repository_root / path)
    ]

    assert named
    assert not missing


def test_every_defect_has_a_test(rows: list[tuple[str, str]]) -> None:
    assert len(rows) >= 7
    assert not [what for what, tests in rows if not NAMED.search(tests)]
