"""Whether a repository is whole."""

from pathlib import Path

import git

from llama.adapters.git.command import command_line
from llama.domain.errors import Unavailable

_TRIES = 10
"""The writer joins packs once in fifty commits, which takes less time than a check."""


def complaints_about(root: Path) -> str:
    """Return what `git fsck` has against a repository: nothing if it is whole. Blocks.

    Packs that the writer joined into others in the meantime look like a loss: then it looks again.
    """
    for _ in range(_TRIES):
        before = _packs(root)
        complaints = _fsck(root)
        if not complaints or before <= _packs(root):
            return complaints
    raise Unavailable(f"the packs of {root} kept changing while they were checked: try again")


def _fsck(root: Path) -> str:
    arguments = ("fsck", "--full", "--strict", "--no-dangling", "--no-progress")
    status, said, complained = git.Git(root).execute(
        command_line(root, *arguments), with_extended_output=True, with_exceptions=False
    )
    # With status 0 it has only remarks, such as that the repository's own HEAD is nobody's.
    return f"{said}\n{complained}\nstatus {status}".strip() if status else ""


def _packs(root: Path) -> frozenset[str]:
    return frozenset(path.name for path in (root / "objects" / "pack").glob("*.pack"))
