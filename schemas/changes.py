"""What became of an event with one fact: what `llama watch` prints and the gateway streams."""

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import EventId, FileName, Moment, Part, Sha256
from schemas.files import HandlerName


class FileChange(Part):
    """A file of the event that is not as it was."""

    name: FileName
    handler: HandlerName
    was: str | None = Field(description="Its status before; null: the pipeline had no such file.")
    status: str | None = Field(description="Its status now; null: the pipeline lost it.")
    reason: str = Field(description="Why it has this status, for a person.")
    version: NonNegativeInt | None = Field(description="Null if there is nothing to be shown.")
    digest: Sha256 | None = Field(description="SHA-256 of its bytes; null like the version.")


class EventChange(Part):
    """What a fact that counted changed for its event."""

    event: EventId
    sequence: PositiveInt = Field(description="How many facts the event has with this one.")
    fact: str = Field(description="The fact's id.")
    kind: str = Field(description="What happened: TriggerReceived, FileGenerated...")
    occurred_at: Moment
    alert_type: str | None = Field(description="Of the newest notice; null before the first.")
    retracted: bool
    settled: bool = Field(description="Nothing is to be run but, perhaps, what is cooling down.")
    flags: dict[str, bool | str] = Field(description="The flags that have another value now.")
    files: tuple[FileChange, ...] = Field(description="Ancestors first.")
