"""Few packs instead of many: readers slow down with every pack that they have to look into."""

from pathlib import Path

import structlog

from llama.adapters.git.child import GitChild
from llama.adapters.git.disk import pack_count

PACKS = 50
"""More packs than this are consolidated: a look-up in 50 still costs under 0.1 ms."""
_log = structlog.get_logger()


class Consolidation:
    """Counts packs and joins the small ones in the background, beside a running fast-import.

    That is safe because fast-import marks its own packs as to be kept; so those that are to be
    joined must be those of an earlier one. Geometric joining keeps objects that no ref reaches
    and leaves large packs alone.
    """

    def __init__(self, root: Path, *, inherit: tuple[int, ...]) -> None:
        self._root = root
        self._inherit = inherit
        self._count = pack_count(root)
        self._child: GitChild | None = None

    def count_one_more(self) -> None:
        """Take a new pack into account."""
        self._count += 1

    @property
    def is_due(self) -> bool:
        """Whether there are too many packs and nobody is joining them yet."""
        self._look()
        return self._child is None and self._count > PACKS

    @property
    def is_running(self) -> bool:
        """Whether packs are being joined."""
        self._look()
        return self._child is not None

    def start(self) -> None:
        """Start joining packs."""
        arguments = ("repack", "--geometric=2", "-d", "-q")
        self._child = GitChild(self._root, *arguments, inherit=self._inherit, niceness=10)

    def close(self) -> None:
        """Stop joining: it can be done another time."""
        if self._child:
            self._child.kill()

    def _look(self) -> None:
        if self._child is None or self._child.exit_status is None:
            return
        if self._child.exit_status:
            _log.warning("packs_not_consolidated", status=self._child.exit_status)
        self._child.close()
        self._child = None
        self._count = pack_count(self._root)
