"""Where a command's findings go: `-o FILE`, `-o FOLDER/`, `-o -`."""

import os
from pathlib import Path

import pytest

from llama.cli.saving import save


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("", "name.txt"),
        ("other.txt", "other.txt"),
        ("there", "there/name.txt"),
        ("sub/dir/", "sub/dir/name.txt"),
        ("sub/dir/other.txt", "sub/dir/other.txt"),
    ],
)
def test_a_folder_is_made_and_a_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()

    path = save(output, "name.txt", b"content")

    assert path is not None
    assert os.fspath(path) == expected
    assert (tmp_path / expected).read_bytes() == b"content"


def test_a_dash_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert save("-", "name.txt", b"\x00content") is None

    assert capfdbinary.readouterr().out == b"\x00content"
