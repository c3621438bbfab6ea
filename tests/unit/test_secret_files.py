"""Secrets come from files that are one's own; errors tell the file and never the secret."""

import os
from pathlib import Path

import pytest

from llama.adapters.secret_files import LARGEST_SECRET, read_secret
from llama.domain.errors import Misconfigured


def a_file(folder: Path, content: bytes = b"swordfish\n", mode: int = 0o600) -> str:
    path = folder / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


def test_the_white_space_around_a_secret_is_none_of_it(tmp_path: Path) -> None:
    assert read_secret(a_file(tmp_path), "the token") == "swordfish"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(Misconfigured, match=r"the token: others may read .*chmod 600 .*secret"):
        read_secret(a_file(tmp_path, mode=mode), "the token")


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"sword\nfish", b"swordfish\xff", b"s" * (LARGEST_SECRET + 1)]
)
def test_what_is_no_secret_is_refused_and_not_repeated(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Misconfigured, match="holds no secret in one line") as refused:
        read_secret(a_file(tmp_path, content), "the token")

    assert "fish" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_what_is_not_there_or_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"none cannot be read \(No such file"):
        read_secret(str(tmp_path / "none"), "the token")
    with pytest.raises(Misconfigured, match=r"cannot be read \(Is a directory"):
        read_secret(str(tmp_path), "the token")


def test_a_device_is_no_file() -> None:
    with pytest.raises(Misconfigured, match="is no file"):
        read_secret(os.devnull, "the token")
