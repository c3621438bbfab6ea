"""What the gateway answers that nothing else does: lists of rows, refusals, how it gets on."""

from typing import Any, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.archive import ListedLetter
from schemas.base import EventId, Part
from schemas.reports import RevisionCommitted


class ListedFact(Part):
    """A fact where it stands on the log, and what became of it."""

    sequence: PositiveInt = Field(description="How many facts the event has with this one.")
    partition: NonNegativeInt
    offset: NonNegativeInt
    outcome: str = Field(description="accepted, or why it changed nothing.")
    fact: dict[str, Any] = Field(description="As it was written: `kind` names its JSON Schema.")


class FactList(Part):
    """All that happened to an event, in order."""

    event: EventId
    facts: tuple[ListedFact, ...]


class RevisionList(Part):
    """The revisions of an event's history, the oldest first."""

    event: EventId
    revisions: tuple[RevisionCommitted, ...]


class LetterList(Part):
    """Notices that were refused, the newest first."""

    dead_letters: tuple[ListedLetter, ...]


class Placed(Part):
    """Where a notice is durable that was pushed."""

    topic: str
    partition: NonNegativeInt
    offset: NonNegativeInt


class CheckResult(Part):
    """What a check of a service has brought up."""

    service: str
    check: str
    reason: str = Field(description="Why it fails; ok if it does not.")


class HealthReport(Part):
    """How the services of the gateway's process get on."""

    status: Literal["ok", "failing"]
    services: dict[str, Literal["ok", "failing"]]
    reasons: tuple[CheckResult, ...]
    checks: tuple[CheckResult, ...] | None = Field(
        default=None, description="All checks; there only if they are asked for by `verbose`."
    )


class Refused(Part):
    """Why a request is not answered as asked."""

    error: str = Field(description="A word for programs, such as unknown_event.")
    detail: str = Field(description="What happened, to what.")
    hint: str = Field(description="What to do.")
