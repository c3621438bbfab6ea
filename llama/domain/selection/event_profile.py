"""What downselections judge an event by: a small record, apart from how it is derived."""

from dataclasses import dataclass, field
from datetime import datetime

from llama.domain.assessment import Status
from llama.domain.flags import Flags
from llama.domain.labels import Label, most_probable


@dataclass(frozen=True, slots=True)
class EventProfile:
    """One event as criteria see it; its times are those of its facts, never of a file system."""

    eventid: str
    event_time: datetime | None = None
    """When it happened in the sky: of the newest notice that tells it."""
    files: frozenset[str] = frozenset()
    """Files that exist and may be shown."""
    handlers: frozenset[str] = frozenset()
    """Handlers all of whose files exist and may be shown."""
    recorded: frozenset[str] = frozenset()
    """Handlers with a record of their latest accepted run: digests, inputs, wall time."""
    statuses: frozenset[Status] = frozenset()
    """What its files are."""
    obsolete: frozenset[str] = frozenset()
    """Files made from inputs, or by code, that are no longer the latest."""
    labels: frozenset[Label] = frozenset()
    flags: Flags = field(default_factory=Flags)
    first_at: datetime | None = None
    """When its first file came: the time of its version 0; None if none ever did."""
    modified_at: datetime | None = None
    """When a file last came, got another content, or went; None before the first."""
    far: float | None = None
    """False alarm rate in Hz, of the newest notice that tells it, as are the classes."""
    classes: tuple[tuple[str, float], ...] = ()
    """The probability of each class, by name."""
    manifest: str | None = None
    """Digest of the adopted pipeline."""

    @property
    def classification(self) -> str | None:
        """The most probable class; None if no notice tells."""
        return most_probable(dict(self.classes))
