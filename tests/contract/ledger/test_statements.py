from pathlib import Path

import pytest

from llama.adapters.postgres.statements import load_statements, read_statements

ADAPTER = Path(__file__).parents[3] / "llama" / "adapters" / "postgres"


def test_a_file_is_split_at_the_names() -> None:
    text = "-- name: one\n-- Says one.\nselect 1;\n\n-- name: two\nselect 2;\n"

    assert read_statements(text) == {"one": "-- Says one.\nselect 1;", "two": "select 2;"}


def test_a_name_taken_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="two statements are called one"):
        read_statements("-- name: one\nselect 1;\n-- name: one\nselect 2;\n")


def test_every_statement_has_a_description() -> None:
    lacking = [name for name, sql in load_statements().items() if not sql.startswith("-- ")]

    assert lacking == []


def test_every_statement_is_used() -> None:
    code = "".join(path.read_text() for path in ADAPTER.glob("*.py"))

    assert [name for name in load_statements() if f'"{name}"' not in code] == []
