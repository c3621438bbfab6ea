"""Puts a new repository in the place of one that is damaged, which is kept beside it."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from llama.adapters.git.history import GitHistory
from llama.adapters.git.shards import Seat, shard_path
from llama.adapters.syncing import sync_folder


@asynccontextmanager
async def replacing(folder: Path, shard: int) -> AsyncGenerator[GitHistory]:
    """Have whoever writes to a shard wait; give a history to write, empty; then switch to it.

    What it replaces stays beside it until the next time: of each shard one is kept. If the block
    fails, all is as it was. Unavailable if the seat is not given up, or somebody else replaces it.
    """
    root = shard_path(folder, shard)
    seat, beside = Seat(root), folder / "rebuilding" / str(shard)
    try:
        await asyncio.to_thread(seat.claim)
        shutil.rmtree(beside, ignore_errors=True)
        async with GitHistory(beside) as history:
            yield history
            await history.verify()
        await asyncio.to_thread(_switch, shard_path(beside, shard), root)
        shutil.rmtree(beside.parent)
    finally:
        seat.leave()


def set_aside_unsharded(folder: Path) -> None:
    """Move away what makes the folder itself a repository, as an earlier release wrote it."""
    if not (folder / "HEAD").exists():
        return
    names = ("HEAD", "config", "objects", "refs", "packed-refs", "info", "branches", "writer")
    target = _free(folder / "single.replaced")
    target.mkdir()
    for path in (folder / name for name in names):
        if path.exists():
            path.rename(target / path.name)


def _switch(new: Path, root: Path) -> None:
    if root.exists():
        for older in root.parent.glob(f"{root.name}.replaced*"):
            shutil.rmtree(older)
        root.rename(root.with_name(f"{root.name}.replaced"))
    if new.exists():
        new.rename(root)
    sync_folder(root.parent)


def _free(path: Path) -> Path:
    """Return a path that is free: this name and a number."""
    number = 1
    while (numbered := path.with_name(f"{path.name}-{number}")).exists():
        number += 1
    return numbered
