"""The rooms of the repository: who may import whom, and how large a module may be."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOMS = ("schemas", "llama", "services")
MAX_LINES = 300
"""Above this a module has two subjects."""


def modules_of(root: Path, *rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((root / room).rglob("*.py"))


def packages_of(root: Path) -> set[Path]:
    """Every folder that has modules in it, whether or not it says that it is a package."""
    return {module.parent for module in modules_of(root, *ROOMS)}


def test_every_import_goes_along_an_arrow_of_the_architecture(repository_root: Path) -> None:
    """The contracts stand in pyproject.toml under tool.importlinter."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"

    told = subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo"],
        cwd=repository_root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stdout + told.stderr


def test_every_package_says_what_may_live_in_it(repository_root: Path) -> None:
    silent = [
        str(package.relative_to(repository_root))
        for package in packages_of(repository_root)
        if not docstring_of(package / "__init__.py")
    ]

    assert not sorted(silent), "give each of these an __init__.py with a docstring"


def test_no_module_has_two_subjects(repository_root: Path) -> None:
    modules = modules_of(repository_root, *ROOMS)
    lengths = {module: len(module.read_text().splitlines()) for module in modules}

    long = {str(module): lines for module, lines in lengths.items() if lines > MAX_LINES}
    assert not long, f"split what has more than {MAX_LINES} lines"


def test_the_name_of_the_log_is_spelled_in_one_place(repository_root: Path) -> None:
    """A second spelling could become a second log."""
    spelled = [
        str(module.relative_to(repository_root))
        for module in modules_of(repository_root, *ROOMS)
        if "llama.facts" in string_constants_of(module)
    ]

    assert spelled == ["schemas/topics.py"]


def docstring_of(module: Path) -> str | None:
    return ast.get_docstring(ast.parse(module.read_text())) if module.exists() else None


def string_constants_of(module: Path) -> set[str]:
    nodes = ast.walk(ast.parse(module.read_text()))
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
