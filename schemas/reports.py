"""Messages beside the facts: what a service reports about its own work."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, NonNegativeInt, TypeAdapter

from schemas.base import EventMessage, Message, MessageId, Sha256, ShortText
from schemas.facts import Source


class RefusalReason(StrEnum):
    """Why some bytes are not a notice that can be kept: the closed list."""

    TOO_LARGE = "too_large"
    """More bytes, more JSON values or a larger map than any notice has."""
    UNSUPPORTED_FORMAT = "unsupported_format"
    """Nothing that is read: FITS, gzip, plain text, nothing, XML that is no VOEvent or has a
    DOCTYPE, Avro that cannot be read safely."""
    DAMAGED = "damaged"
    """It begins like XML or Avro and does not parse."""
    NOT_JSON = "not_json"
    """It begins like JSON and does not parse, or is nested too deeply to be parsed."""
    NOT_A_NOTICE = "not_a_notice"
    """It can be read, but is no object that has an id, a type and a time."""
    BAD_NEUTRINO = "bad_neutrino"
    """A neutrino without a usable id, revision, direction, error or energy, or no track."""
    BAD_TRIGGER = "bad_trigger"
    """Another observatory's trigger without a usable id, revision or name of the observatory."""
    BAD_EVENT_ID = "bad_event_id"
    """The superevent id is not `S`, `MS` or `TS` with six digits and one to eight letters."""
    BAD_ALERT_TYPE = "bad_alert_type"
    """The alert type is none of `AlertType`."""
    BAD_TIME = "bad_time"
    """The time of creation is not an ISO 8601 time in the years 2000 to 2100."""
    DECOMPRESSION_BOMB = "decompression_bomb"
    """A gzipped map inflates beyond the limit, or has more members than any map has."""


class DeadLetter(Message):
    """An input that could not be used, kept with the reason."""

    kind: Literal["DeadLetter"] = "DeadLetter"
    reason: RefusalReason
    detail: ShortText = ""
    source: Source | None = Field(description="Where it came from; null for a file.")
    name: ShortText = Field(default="", description="File name, where it came from a file.")
    raw: Sha256 | None = Field(description="The artifact with its bytes; null if not kept.")
    size: NonNegativeInt
    is_test: bool = Field(default=False, description="It came marked as a test.")


class LetterState(StrEnum):
    """What has become of a dead letter since it was refused."""

    OPEN = "open"
    """Nobody has dealt with it yet."""
    REDRIVEN = "redriven"
    """Its bytes were sent in again: what became of that copy counts."""
    DROPPED = "dropped"
    """Somebody has said that nothing is to come of it."""


class DeadLetterClosed(Message):
    """An operator has dealt with a dead letter; its bytes are kept all the same."""

    kind: Literal["DeadLetterClosed"] = "DeadLetterClosed"
    letter: MessageId = Field(description="Id of the dead letter.")
    state: Literal["redriven", "dropped"]
    by: ShortText = ""
    reason: ShortText = ""
    source: Source | None = Field(
        default=None, description="Where its bytes came in again; null if they did not."
    )

    @property
    def key(self) -> str:
        """The dead letter: what happened to one stands in one partition, in order."""
        return self.letter


Report = Annotated[DeadLetter | DeadLetterClosed, Field(discriminator="kind")]
REPORTS: TypeAdapter[Report] = TypeAdapter(Report, config=ConfigDict(defer_build=True))
"""Decodes a message about a dead letter."""


class RevisionCommitted(EventMessage):
    """A change of an event's files is a revision in its history."""

    kind: Literal["RevisionCommitted"] = "RevisionCommitted"
    commit: str = Field(pattern=r"^[0-9a-f]{40}$", description="The git commit.")
    number: NonNegativeInt = Field(description="0 for the event's first revision.")
