"""The SQL of this adapter, read from its `.sql` files."""

import re
from collections.abc import Mapping
from importlib.resources import files

_NAME = re.compile(r"^-- name: *(?P<name>[a-z_]+)\n", re.MULTILINE)


def read_statements(text: str) -> dict[str, str]:
    """Split a file into its statements, each below a line `-- name: ...` and a description."""
    heads = list(_NAME.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    statements: dict[str, str] = {}
    for head, end in zip(heads, ends, strict=True):
        if head["name"] in statements:
            raise ValueError(f"two statements are called {head['name']}: rename one")
        statements[head["name"]] = text[head.end() : end].strip()
    return statements


def load_statements() -> Mapping[str, str]:
    """Return all statements of the package, by name."""
    statements: dict[str, str] = {}
    folder = files("llama.adapters.postgres") / "queries"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        found = read_statements(file.read_text())
        if clash := statements.keys() & found.keys():
            raise ValueError(f"{file.name} repeats the names {sorted(clash)}: rename them")
        statements |= found
    return statements
