"""What every message has in common."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

SHA256 = r"^[0-9a-f]{64}$"
Sha256 = Annotated[str, StringConstraints(pattern=SHA256)]
"""A SHA-256 in lower-case hexadecimal digits: the name of an artifact, or an aspect's digest."""
EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""Name of an event: a superevent id. Safe as a path component and as part of a git ref."""
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")]
"""Name of a file within an event: one path component, no leading dot or dash."""
TEST_EVENTS = {"MS": "mock event", "TS": "test event"}
"""How the names of events that are none of nature's begin, and what they are."""
EARLIEST_YEAR = 1970
LATEST_YEAR = 2200
_UP_TO_ZONE = len("2019-08-14T21:10:39.012957")
ShortText = Annotated[str, StringConstraints(max_length=2000)]


def why_test(event: str) -> str | None:
    """Say what an event is that is none of nature's, by its name; None of a real one."""
    return next((TEST_EVENTS[begin] for begin in TEST_EVENTS if event.startswith(begin)), None)


def zulu(moment: datetime) -> str:
    """Write a moment as UTC with microseconds and a Z."""
    return moment.astimezone(UTC).isoformat("T", "microseconds")[:_UP_TO_ZONE] + "Z"


def _within_reach(moment: datetime) -> datetime:
    """Refuse years that arithmetic with zones and pauses could not leave again."""
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise ValueError(f"a year from {EARLIEST_YEAR} to {LATEST_YEAR} is needed")
    return moment


Moment = Annotated[
    AwareDatetime,
    AfterValidator(_within_reach),
    PlainSerializer(zulu, return_type=str, when_used="json"),
]
"""A moment with its zone, written as UTC with microseconds."""
MessageId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
"""Printable, without spaces: ids stand in headers and in trailers of commits."""
Cause = Annotated[str, StringConstraints(pattern=r"^[!-~]{0,200}$")]


class Part(BaseModel):
    """A value inside a message."""

    # Built when first used: most commands need few of the messages, and building all takes longer
    # than what they do.
    model_config = ConfigDict(
        frozen=True, extra="ignore", ser_json_inf_nan="null", defer_build=True
    )


class Message(Part):
    """What every message says: which one it is, of which event, why and when."""

    id: MessageId = Field(
        description="Derived from the occasion: a repeat of the message has the same id."
    )
    cause: Cause = Field(
        default="", description="Id of the message that led to this one; empty for the first."
    )
    occurred_at: Moment = Field(description="When it happened, by the clock of its producer.")

    @property
    def key(self) -> str:
        """What is in order on the topic: messages of one key stand in one partition."""
        return self.id

    @property
    def marks_test(self) -> bool:
        """Whether clients of the topic are told that it is a test."""
        return why_test(self.key) is not None


class EventMessage(Message):
    """A message about one event: the event is its key on the topic."""

    event: EventId = Field(description="The astrophysical event, for example S190814bv.")

    @property
    def key(self) -> str:
        """The event."""
        return self.event
