"""The archive of notices and the dead letters: what the gateway and `--json` answer about them."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import EventId, MessageId, Moment, Part, Sha256, ShortText
from schemas.neutrinos import NeutrinoId
from schemas.reports import DeadLetter, DeadLetterClosed, LetterState

Became = Literal["event", "neutrino", "external_trigger", "refused"]
"""What a copy of a notice is about; refused: it went to the dead letters."""


class ArchivedCopy(Part):
    """One copy of a notice: where it came from, its bytes, and what became of it."""

    received_at: Moment
    topic: str = Field(max_length=249)
    partition: NonNegativeInt
    offset: NonNegativeInt
    name: ShortText = Field(description="The name that it came under; empty if it had none.")
    raw: Sha256 = Field(description="The bytes as they came.")
    size: NonNegativeInt
    became: Became
    event: EventId | None = None
    neutrino: NeutrinoId | None = None
    external_trigger: str | None = Field(
        default=None, max_length=120, description="`observatory/id` of the trigger."
    )
    notice: str | None = Field(
        default=None, max_length=200, description="Equal for all copies of one notice."
    )
    dead_letter: MessageId | None = None
    reason: str | None = Field(default=None, max_length=60, description="Why it was refused.")
    is_test: bool
    is_repeat: bool = Field(description="An earlier copy of the same was there already.")
    origin: str | None = Field(
        default=None,
        max_length=200,
        description="The source of alerts that brought it; null: it was put on the topic itself.",
    )


class ArchivePage(Part):
    """A page of the archive."""

    copies: tuple[ArchivedCopy, ...]
    next: str | None = Field(description="Cursor of the next page; null on the last one.")


class ListedLetter(DeadLetter):
    """A dead letter, and what has become of it since."""

    state: LetterState
    closed: DeadLetterClosed | None = Field(description="What was done about it; null: nothing.")
    became: ArchivedCopy | None = Field(
        description="The copy as which its bytes came in again; null before that."
    )
    after: MessageId | None = Field(
        description="The dead letter whose bytes came in again, and were refused as this one."
    )
    copies: PositiveInt = Field(
        default=1,
        description="How many letters there are of its content, reason and state, with this one.",
    )
