"""What lists show of an event and its files: the rows, apart from how they are derived."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from llama.domain.labels import Label


@dataclass(frozen=True, slots=True)
class ShownFile:
    """One file of an event; version, digest and size are None when there is nothing to see."""

    name: str
    handler: str
    status: str
    reason: str
    version: int | None
    digest: str | None
    size: int | None
    """Bytes."""


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """One event in a list."""

    event: str
    alert_type: str
    """Of the newest notice, as are its time and whether it is a test; empty without a notice."""
    time_created: datetime
    """Of the newest notice; without one, when something last happened to the event."""
    event_time: datetime | None
    """Of the newest notice that tells it: a retraction does not."""
    significant: bool | None
    """Of the newest notice that tells it."""
    is_test: bool
    retracted: bool
    settled: bool
    """Nothing is to be run but, perhaps, what is cooling down: no clock decides this."""
    flags: Mapping[str, bool | str]
    files: Mapping[str, int]
    """How many files there are of each status."""
    changed_at: datetime
    far: float | None = None
    """False alarm rate in Hz, of the newest notice that tells it."""
    classification: str | None = None
    """The most probable class, of the newest notice that tells any."""
    labels: tuple[Label, ...] = ()
    first_at: datetime | None = None
    """When its first file came."""
    modified_at: datetime | None = None
    """When a file last came, got another content, or went."""
