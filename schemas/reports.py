"""Messages beside the facts: what a service reports about its own work."""

from enum import StrEnum
from typing import Literal

from pydantic import Field, NonNegativeInt

from schemas.base import EventMessage, Message, Sha256, ShortText
from schemas.facts import Source


class RefusalReason(StrEnum):
    """Why some bytes are not a notice that can be kept: the closed list."""

    TOO_LARGE = "too_large"
    """More bytes, more JSON values or a larger map than any notice has."""
    UNSUPPORTED_FORMAT = "unsupported_format"
    """Not JSON at all: XML, Avro, FITS, gzip, plain text or nothing. It was not parsed."""
    NOT_JSON = "not_json"
    """It begins like JSON and does not parse, or is nested too deeply to be parsed."""
    NOT_A_NOTICE = "not_a_notice"
    """JSON, but no object that has an id, a type and a time."""
    BAD_NEUTRINO = "bad_neutrino"
    """A neutrino without a usable id, revision, direction, error or energy, or no track."""
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


class RevisionCommitted(EventMessage):
    """A change of an event's files is a revision in its history."""

    kind: Literal["RevisionCommitted"] = "RevisionCommitted"
    commit: str = Field(pattern=r"^[0-9a-f]{40}$", description="The git commit.")
    number: NonNegativeInt = Field(description="0 for the event's first revision.")
