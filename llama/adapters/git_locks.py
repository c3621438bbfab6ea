"""Finds the locks that a killed git has left in repositories."""

import time
from collections.abc import Iterator
from pathlib import Path

STALE_AFTER_S = 60.0
"""git holds a lock for milliseconds, and for seconds while it packs."""


def stale_locks(folder: Path) -> Iterator[str]:
    """Go through the old lock files within the repositories of a folder, each by its path there.

    The locks beside the repositories are our writers' own, and stay.
    """
    now = time.time()
    for path in sorted(folder.glob("*/**/*.lock")):
        try:
            age_s = now - path.stat().st_mtime
        except FileNotFoundError:
            continue  # it was no stale one
        if age_s > STALE_AFTER_S:
            yield path.relative_to(folder).as_posix()
