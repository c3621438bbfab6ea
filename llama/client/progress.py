"""Lines of progress for people who wait: how much is done, and which files change."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from llama.domain.assessment import Status
from llama.domain.states import EventState
from llama.domain.status import files_of

LINES = 20
"""Counts that are told at the most, however much there is to be counted."""
CURRENT = Status.CURRENT.value


def to_nobody(line: str) -> None:
    """Tell nobody."""
    del line


@dataclass(slots=True)
class Progress:
    """Tells counts, and the files whose status is not what it was (or not current at first)."""

    tell: Callable[[str], None] = to_nobody
    files: Collection[str] | None = None
    """The files that are of interest; None: all."""
    _seen: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def count(self, done: int, of: int, what: str) -> None:
        """Tell how many are done; of many only some counts, and the last."""
        if done == of or done % max(of // LINES, 1) == 0:
            self.tell(f"{done} of {of} {what}")

    def see(self, state: EventState) -> None:
        """Look at an event once more, and tell what has changed."""
        for file in files_of(state):
            key = state.event, file.name
            if self._seen.get(key, CURRENT) != file.status and self._is_watched(file.name):
                self.tell(f"  {state.event}  {file.name:<20} {file.status}")
            self._seen[key] = file.status

    def _is_watched(self, file: str) -> bool:
        return self.files is None or file in self.files
