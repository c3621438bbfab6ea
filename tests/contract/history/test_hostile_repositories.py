"""Whatever somebody has put into a repository, none of our commands starts their programs."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from llama.adapters.git.consolidation import Consolidation
from llama.adapters.git.history import GitHistory
from llama.adapters.git.reader import GitHistoryReader
from llama.adapters.git.serving import GitRepositories
from llama.adapters.git.shards import repository_of
from llama.domain.errors import HistoryCorrupt
from tests.support.revisions import a_long_history

HOOKS = (
    "reference-transaction",
    "post-checkout",
    "post-rewrite",
    "pre-auto-gc",
    "post-update",
    "fsmonitor-watchman",
    "proc-receive",
    "post-index-change",
)
FIRST, SECOND, THIRD = a_long_history("S1", 3)
Plant = Callable[[Path, Path], None]
"""Puts into a repository what is to start the trap."""


def _configure(root: Path, text: str) -> None:
    with (root / "config").open("a") as config:
        config.write(text)


def _hooks(root: Path, trap: Path) -> None:
    (root / "hooks").mkdir(exist_ok=True)
    for name in HOOKS:
        (root / "hooks" / name).unlink(missing_ok=True)
        (root / "hooks" / name).symlink_to(trap)


def _hooks_elsewhere(root: Path, trap: Path) -> None:
    _hooks(trap.parent, trap)
    _configure(root, f"[core]\n\thooksPath = {trap.parent / 'hooks'}\n")


def _monitor(root: Path, trap: Path) -> None:
    _configure(root, f"[core]\n\tfsmonitor = {trap}\n")


def _drivers(root: Path, trap: Path) -> None:
    (root / "info").mkdir(exist_ok=True)
    (root / "info" / "attributes").write_text("* filter=x diff=x merge=x\n")
    _configure(
        root,
        f'[filter "x"]\n\tclean = {trap}\n\tsmudge = {trap}\n\tprocess = {trap}\n'
        f'[diff "x"]\n\tcommand = {trap}\n\ttextconv = {trap}\n[merge "x"]\n\tdriver = {trap}\n'
        f"[diff]\n\texternal = {trap}\n",
    )


def _included(root: Path, trap: Path) -> None:
    _hooks(trap.parent, trap)
    other = trap.parent / "included"
    other.write_text(f"[core]\n\tfsmonitor = {trap}\n\thooksPath = {trap.parent / 'hooks'}\n")
    _configure(root, f"[include]\n\tpath = {other}\n")


def _alternates(root: Path, trap: Path) -> None:
    (root / "objects" / "info").mkdir(exist_ok=True)
    (root / "objects" / "info" / "alternates").write_text(f"{trap.parent}\n")
    _configure(root, f"[core]\n\talternateRefsCommand = {trap}\n")


def _pack_hook(root: Path, trap: Path) -> None:
    _configure(root, f"[uploadpack]\n\tpackObjectsHook = {trap}\n\tallowAnySHA1InWant = true\n")


def _promisor(root: Path, trap: Path) -> None:
    """Have what the repository lacks fetched by a program of theirs."""
    _configure(
        root,
        f"[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = x\n"
        f'[remote "x"]\n\turl = {root}\n\tpromisor = true\n\tuploadpack = {trap}\n'
        f"[protocol]\n\tallow = always\n",
    )


def _helpers(root: Path, trap: Path) -> None:
    _configure(
        root,
        f"[core]\n\tpager = {trap}\n\teditor = {trap}\n\tsshCommand = {trap}\n\taskPass = {trap}\n"
        f"\tgitProxy = {trap}\n[gpg]\n\tprogram = {trap}\n[credential]\n\thelper = {trap}\n"
        f"[alias]\n\trepack = !{trap}\n\tfsck = !{trap}\n[commit]\n\tgpgSign = true\n"
        f"[gc]\n\tauto = 1\n\trecentObjectsHook = {trap}\n[trace2]\n\teventTarget = {trap}\n",
    )


PLANTS = (
    *(_hooks, _hooks_elsewhere, _monitor, _drivers, _included),
    *(_alternates, _pack_hook, _promisor, _helpers),
)


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """Return a program that leaves a trace when it is run."""
    folder = tmp_path / "trap"
    folder.mkdir()
    program = folder / "trap"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path / 'sprung'}\n")
    program.chmod(0o755)
    return program


async def planted(folder: Path, trap: Path, plant: Plant) -> Path:
    async with GitHistory(folder) as history:
        await history.commit([FIRST])
    root = repository_of(folder, "S1")
    plant(root, trap)
    return root


async def use_all(folder: Path, root: Path, again: Callable[[], None] = lambda: None) -> None:
    """Do with a repository everything that we ever do; a writer's start sweeps what was planted."""
    async with GitHistory(folder) as history:
        await history.commit([SECOND])
        again()
        with pytest.raises(HistoryCorrupt):
            await history.commit(a_long_history("S1", 5)[4:])
        await history.verify()
    async with GitHistoryReader(folder) as reader:
        assert len(await reader.log("S1")) == 2
        assert [event async for event in reader.events()] == ["S1"]
        await reader.read("S1", "file0.json", commit=SECOND.commit)
        with suppress(KeyError):
            await reader.files("S1", commit=THIRD.commit)
        await _served(GitRepositories(folder, reader))
    await asyncio.to_thread(_joined, root)


async def _served(repositories: GitRepositories) -> None:
    lines = ("command=fetch", f"want {SECOND.commit}", "done")
    command, *rest = (f"{len(line) + 4:04x}{line}".encode() for line in lines)
    request = command + b"0001" + b"".join(rest) + b"0000"
    told = await repositories.advertise("S1", protocol="version=0")
    assert SECOND.commit.encode() in b"".join([part async for part in told])
    answer = await repositories.answer("S1", request, protocol="version=2")
    assert b"PACK" in b"".join([part async for part in answer])


def _joined(root: Path) -> None:
    packs = Consolidation(root, inherit=())
    packs.start()
    while packs.is_running:
        os.sched_yield()
    packs.close()


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__.strip("_"))
async def test_nothing_that_is_planted_is_started(tmp_path: Path, trap: Path, plant: Plant) -> None:
    folder = tmp_path / "history"
    root = await planted(folder, trap, plant)

    await use_all(folder, root, lambda: plant(root, trap))

    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__.strip("_"))
async def test_what_is_planted_is_swept_when_a_writer_starts(
    tmp_path: Path, trap: Path, plant: Plant
) -> None:
    root = await planted(tmp_path / "history", trap, plant)

    async with GitHistory(tmp_path / "history") as history:
        await history.commit([SECOND])

    paths = [path for path in root.rglob("*") if path.is_file() and path.suffix != ".pack"]
    assert not [path for path in paths if str(trap.parent).encode() in path.read_bytes()]
    assert not (root / "hooks").exists()


@pytest.mark.parametrize(
    ("plant", "command"),
    [
        (_hooks, ("update-ref", "refs/heads/x", FIRST.commit)),
        (_hooks_elsewhere, ("update-ref", "refs/heads/x", FIRST.commit)),
        (_included, ("update-ref", "refs/heads/x", FIRST.commit)),
        (_promisor, ("cat-file", "-e", "0123456789" * 4)),
    ],
)
async def test_git_by_itself_would_start_it(
    tmp_path: Path, trap: Path, plant: Plant, command: tuple[str, ...]
) -> None:
    root = await planted(tmp_path / "history", trap, plant)

    git = await asyncio.create_subprocess_exec(
        *("git", "--git-dir", str(root), *command),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await git.wait()

    assert (tmp_path / "sprung").exists()


async def test_no_setting_of_the_user_or_the_environment_starts_a_program(
    tmp_path: Path, trap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, folder = tmp_path / "home", tmp_path / "history"
    (home / "hooks").mkdir(parents=True)
    _hooks(home, trap)
    hooks = f"[core]\n\tfsmonitor = {trap}\n\thooksPath = {home / 'hooks'}\n"
    (home / ".gitconfig").write_text(f"{hooks}[init]\n\ttemplateDir = {home}\n")
    settings = {"HOME": home, "GIT_TEMPLATE_DIR": home, "GIT_NAMESPACE": "x", "GIT_SSH": trap}
    for name, value in {**settings, "GIT_CONFIG_GLOBAL": home / ".gitconfig"}.items():
        monkeypatch.setenv(name, str(value))

    async with GitHistory(folder) as history:
        await history.commit([FIRST])
    await use_all(folder, repository_of(folder, "S1"))

    assert not (tmp_path / "sprung").exists()
    assert not (repository_of(folder, "S1") / "hooks").exists()


async def test_a_replaced_object_is_not_believed(tmp_path: Path) -> None:
    folder = tmp_path / "history"
    async with GitHistory(folder) as history:
        await history.commit([FIRST, SECOND])
        replace = repository_of(folder, "S1") / "refs" / "replace" / SECOND.commit
        replace.parent.mkdir()
        replace.write_text(f"{FIRST.commit}\n")

        assert [one.commit for one in await history.log("S1")] == [SECOND.commit, FIRST.commit]
