"""Root's PostgreSQL runs as another user, who must be able to reach everything."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from llama.domain.errors import Misconfigured
from llama.embedded.postgres_account import (
    Account,
    account_to_run_as,
    closed_to,
    passage,
    require_programs,
)
from tests.support.postgres import reachable_folder

STRANGER = Account("stranger", 54321, 54321)
OURSELVES = Account("ourselves", os.geteuid(), os.getegid())


@pytest.fixture
def folder() -> Generator[Path]:
    """Make a folder that everybody may enter."""
    with reachable_folder() as made:
        yield made


def through(account: Account | None, data: Path) -> tuple[str, ...]:
    return passage(account, data, socket=data)


def a_program_folder(folder: Path) -> Path:
    for name in ("postgres", "initdb"):
        program = folder / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.touch()
        program.chmod(0o755)
    return folder / "bin"


def test_only_root_runs_it_as_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    ordinary = account_to_run_as()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    root = account_to_run_as()

    assert ordinary is None
    assert root is not None
    assert (root.name, root.uid != 0) == ("nobody", True)


def test_an_open_way_is_open(folder: Path) -> None:
    programs = a_program_folder(folder)

    assert closed_to(STRANGER, programs / "postgres", wanted=5) is None


def test_the_first_closed_folder_on_the_way_is_named(folder: Path) -> None:
    inner = folder / "home" / "user" / "data"
    inner.mkdir(parents=True)
    (folder / "home").chmod(0o700)
    (folder / "home" / "user").chmod(0o700)

    assert closed_to(STRANGER, inner, wanted=1) == folder / "home"
    assert closed_to(OURSELVES, inner, wanted=1) is None
    (folder / "home").chmod(0o755)
    assert closed_to(STRANGER, inner, wanted=1) == folder / "home" / "user"


def test_a_program_that_may_not_be_run_is_named(folder: Path) -> None:
    programs = a_program_folder(folder)
    (programs / "initdb").chmod(0o700)

    with pytest.raises(Misconfigured) as refused:
        require_programs(STRANGER, programs)

    assert f"stranger, who cannot get at {programs / 'initdb'}" in str(refused.value)
    assert "put the clone and its virtual environment into a folder" in str(refused.value)


def test_where_nothing_can_take_it_through_the_closed_folder_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "private").mkdir(mode=0o700)
    monkeypatch.setenv("PATH", str(folder))

    with pytest.raises(Misconfigured) as refused:
        through(STRANGER, folder / "private" / "llama" / "data")

    text = str(refused.value)
    assert f"cannot get at {folder / 'private'}" in text
    assert "set LLAMA_HOME" in text
    assert "such as /srv or /opt, or run as an ordinary user" in text


def test_through_a_closed_folder_it_goes_with_one_capability(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)

    command = through(STRANGER, private / "data")

    assert "--reuid=54321" in command
    assert command.count("-all,+dac_read_search") == 2
    assert private.stat().st_mode & 0o777 == 0o700
    assert list(private.iterdir()) == []


def test_a_socket_outside_of_the_closed_folder_is_refused(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)

    with pytest.raises(Misconfigured, match="set LLAMA_HOME"):
        passage(STRANGER, private / "data", socket=folder)


def test_through_open_folders_it_needs_nothing(folder: Path) -> None:
    assert through(STRANGER, folder / "data") == ()


def test_missing_programs_are_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=f"there is no postgres in {tmp_path}"):
        require_programs(None, tmp_path)


def test_an_ordinary_user_needs_no_open_folders(folder: Path) -> None:
    programs = a_program_folder(folder)
    (folder / "private").mkdir(mode=0o700)

    require_programs(None, programs)
    assert through(None, folder / "private" / "data") == ()
