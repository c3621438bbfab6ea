"""What may be said of a handler: the status of its files, why, and the run that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llama.domain.states import Failure
    from schemas.facts import Change
    from schemas.files import HandlerSpec, InputDigests


class Status(StrEnum):
    """What a file is, seen from its newest inputs."""

    CURRENT = "current"
    """Made from the latest inputs by the latest code, as are all its ancestors."""
    MISSING = "missing"
    """Never made (or deleted), and nothing stands in its way."""
    OBSOLETE = "obsolete"
    """Made from inputs, or by code, that are no longer the latest."""
    WAITING = "waiting"
    """Not obsolete itself, or never made, and an ancestor is unsettled."""
    COOLING = "cooling"
    """The last run failed; it is tried again when the cool-down is over."""
    FAILED = "failed"
    """It has failed for good with these inputs."""
    BLOCKED = "blocked"
    """An ancestor is vetoed or has failed for good."""
    VETOED = "vetoed"
    """An operator forbade it, or the whole event."""
    FROZEN = "frozen"
    """An operator keeps it as it is."""
    MASKED = "masked"
    """Hidden: the event is retracted, or the notice does not carry what it is made from."""


UNSETTLED = frozenset({Status.MISSING, Status.OBSOLETE, Status.WAITING, Status.COOLING})
"""There is something to come: what is made from it waits."""
HOPELESS = frozenset({Status.FAILED, Status.BLOCKED, Status.VETOED})
"""Nothing will come: what is made from it is blocked."""


@dataclass(frozen=True, slots=True)
class Need:
    """A run that is wanted: which handler, from which inputs, for which occasion."""

    id: str
    event: str
    handler: HandlerSpec
    inputs: InputDigests
    attempt: int
    failures: int
    """How many runs for this need have failed."""


@dataclass(frozen=True)
class Assessment:
    """The status of a handler's files, why, and the run that would make them current."""

    handler: HandlerSpec
    status: Status
    reason: str
    need: Need | None = None
    changes: tuple[Change, ...] = ()
    is_hidden: bool = False
    """The files' content is not to be shown: it is of a notice that is no longer the newest, and
    no content will replace it. So what is shown does not depend on the order of arrival."""
    awaits_outside: bool = False
    """What it waits for comes from outside, and may never: whoever can do without does."""
    is_only_asked: bool = False
    """The run is wanted because somebody asked for it, and for nothing else."""
    failure: Failure | None = None
    """How the last run for the need failed: what the reason says in words."""

    @property
    def is_wanted(self) -> bool:
        """Whether a run is to be made, now or when the cool-down is over."""
        return self.need is not None and self.status is not Status.FAILED

    @property
    def shown_below(self) -> tuple[Status, bool, bool]:
        """What those see that are made from its files, besides the contents."""
        return self.status, self.is_hidden, self.awaits_outside
