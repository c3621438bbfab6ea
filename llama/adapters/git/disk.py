"""The repository's folder: made once, swept of what a crash left, counted."""

import shutil
from pathlib import Path

from llama.adapters.git.command import run_git

_LITTER = (
    "*.lock",
    "refs/**/*.lock",
    "refs/import/*",
    "fast_import_crash_*",
    "objects/tmp_*",
    "objects/??/tmp_obj_*",
    "objects/pack/tmp_*",
    "objects/pack/.tmp-*",
)
_FOREIGN = (
    *("config.worktree", "commondir", "shallow", "hooks", "info"),
    *("objects/info/alternates", "objects/info/http-alternates", "refs/replace"),
)
"""What none of our repositories has: with these and the settings others could decide for git."""
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
_KEPT_BY_IMPORT = "fast-import"
"""What fast-import writes into the .keep files that protect its packs while it runs."""


def prepare(root: Path) -> None:
    """Make the repository if need be, and sweep it. Only under the writer's lock, with no writer.

    The lock says that whoever made these files is dead: they can be in nobody's use.
    """
    _sweep_foreign(root)
    run_git(root, "init", "--quiet", "--bare", "--template=", "--initial-branch=main")
    for pattern in _LITTER:
        for path in root.glob(pattern):
            path.unlink(missing_ok=True)
    packs = root / "objects" / "pack"
    for keep in packs.glob("*.keep"):
        if keep.read_text().strip() == _KEPT_BY_IMPORT:
            keep.unlink()
    for path in packs.glob("pack-*"):
        if not _has_both_halves(path):
            path.unlink()


def _sweep_foreign(root: Path) -> None:
    new = root / "config.new"
    new.write_text(_CONFIG)
    new.rename(root / "config")
    for path in (root / name for name in _FOREIGN):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def pack_count(root: Path) -> int:
    """Return the number of packs."""
    return sum(1 for _ in (root / "objects" / "pack").glob("*.pack"))


def _has_both_halves(path: Path) -> bool:
    """Tell whether a pack has its index too: git was not killed between writing them."""
    stem = path.with_suffix("")
    return stem.with_suffix(".pack").exists() and stem.with_suffix(".idx").exists()
