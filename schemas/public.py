"""What subscribers are told: small, flat messages whose names and fields stay what they are.

They are made from the facts by announcing, once it is known what each fact amounts to. The promise
that goes with them is in docs/subscribing.md; the facts themselves are the system's own matter.
"""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt, StringConstraints

from schemas.base import EventMessage, FileName, Message, MessageId, Moment, Sha256
from schemas.facts import AlertType, Change, Rate
from schemas.files import HandlerName
from schemas.selections import SelectionName

Url = Annotated[str, StringConstraints(max_length=2000)]
"""Where the gateway has it: the whole address, or only its path where LLAMA_PUBLIC_URL is unset."""
Place = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}:[0-9]{1,18}$")]
"""A place on the log, behind one fact: the partition, and the next offset of it."""
Standing = Literal["awaits a notice", "at work", "settled", "retracted"]
FileStatusWord = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}$")]
"""current, missing, obsolete, waiting, cooling, failed, blocked, vetoed, frozen or masked."""


class Announcement(EventMessage):
    """What one fact amounted to for its event; `cause` is the fact's id, `occurred_at` its time."""

    sequence: PositiveInt = Field(
        description="How many facts the event has with this one: it grows from fact to fact."
    )
    position: Place = Field(
        description="Behind the fact on the log: what has read so far has seen it."
    )


class FileMade(Announcement):
    """A file has a content that counts: a run made it, a notice brought it, or somebody put it."""

    schema_: Literal["urn:llama:schema:llama.FileMade.v1"] = Field(
        default="urn:llama:schema:llama.FileMade.v1", alias="$schema"
    )
    kind: Literal["FileMade"] = "FileMade"
    file: FileName
    handler: HandlerName | None = Field(
        description="What made it; null while no pipeline is adopted."
    )
    source: Literal["run", "notice", "hand"]
    version: NonNegativeInt = Field(
        description="0 for the first content; one more for every different one."
    )
    digest: Sha256 = Field(description="SHA-256 of its bytes.")
    size: NonNegativeInt = Field(description="Bytes.")
    url: Url = Field(description="Where its bytes are: always these.")
    valid_until: Moment | None = Field(
        default=None, description="When its content will no longer do; null: as long as its inputs."
    )


class FileBecameObsolete(Announcement):
    """A file is no longer what it would be if it were made now; `cause` is the fact behind it."""

    schema_: Literal["urn:llama:schema:llama.FileBecameObsolete.v1"] = Field(
        default="urn:llama:schema:llama.FileBecameObsolete.v1", alias="$schema"
    )
    kind: Literal["FileBecameObsolete"] = "FileBecameObsolete"
    file: FileName
    handler: HandlerName
    version: NonNegativeInt | None = Field(
        description="Of the content that is obsolete; null if the run that counts had no such file."
    )
    digest: Sha256 | None = Field(description="SHA-256 of its bytes; null like the version.")
    generation: MessageId = Field(description="Id of the fact that made this content.")
    cause_kind: str = Field(description="What happened: TriggerReceived, FileGenerated...")
    because: tuple[Change, ...] = Field(
        description="Every input (or `code`) that is not what it was, with the digests before and "
        "now; none if the content's time is over."
    )
    reason: str = Field(description="The same in words.")


class FileRemoved(Announcement):
    """An operator deleted a file: there is none until it is made again."""

    schema_: Literal["urn:llama:schema:llama.FileRemoved.v1"] = Field(
        default="urn:llama:schema:llama.FileRemoved.v1", alias="$schema"
    )
    kind: Literal["FileRemoved"] = "FileRemoved"
    file: FileName
    handler: HandlerName
    version: NonNegativeInt = Field(description="Of the content that was there.")
    digest: Sha256 = Field(description="SHA-256 of the bytes that were there.")


class EventBegan(Announcement):
    """There is a new event."""

    schema_: Literal["urn:llama:schema:llama.EventBegan.v1"] = Field(
        default="urn:llama:schema:llama.EventBegan.v1", alias="$schema"
    )
    kind: Literal["EventBegan"] = "EventBegan"
    is_test: bool = Field(description="A mock or test event, by its name.")
    url: Url = Field(description="Where its status is.")


class NoticeReceived(Announcement):
    """A notice about the event came in that was not known yet."""

    schema_: Literal["urn:llama:schema:llama.NoticeReceived.v1"] = Field(
        default="urn:llama:schema:llama.NoticeReceived.v1", alias="$schema"
    )
    kind: Literal["NoticeReceived"] = "NoticeReceived"
    notice: Sha256 = Field(description="The notice's identity: equal for every copy of it.")
    alert_type: AlertType
    time_created: Moment = Field(description="The notice's own time.")
    newest: bool = Field(description="It is the newest one, by its own time: this one counts.")
    event_time: Moment | None = Field(default=None, description="Merger time; null if not told.")
    significant: bool | None = None
    far: Rate | None = Field(default=None, description="False alarm rate in Hz; null if not told.")
    classification: str | None = Field(
        default=None, description="The most probable class of source; null if not told."
    )
    is_test: bool = Field(default=False, description="A mock or test event, or marked as a test.")


class EventRetracted(Announcement):
    """The newest notice takes the event back; `EventChanged` tells if a newer one lifts that."""

    schema_: Literal["urn:llama:schema:llama.EventRetracted.v1"] = Field(
        default="urn:llama:schema:llama.EventRetracted.v1", alias="$schema"
    )
    kind: Literal["EventRetracted"] = "EventRetracted"
    notice: Sha256 = Field(description="The identity of the notice that says so.")


class EventChanged(Announcement):
    """Files of the event have another status, or its notice, its flags are not what they were."""

    schema_: Literal["urn:llama:schema:llama.EventChanged.v1"] = Field(
        default="urn:llama:schema:llama.EventChanged.v1", alias="$schema"
    )
    kind: Literal["EventChanged"] = "EventChanged"
    cause_kind: str = Field(description="What happened: TriggerReceived, FileGenerated...")
    standing: Standing = Field(description="How the event stands now, in a word or two.")
    alert_type: AlertType | None = Field(description="Of the newest notice; null without one.")
    retracted: bool
    settled: bool = Field(description="Nothing is to be run but, perhaps, what is cooling down.")
    flags: dict[str, bool | str] = Field(description="The flags that have another value now.")
    files: dict[FileName, FileStatusWord | None] = Field(
        description="The files that have another status now; null: the pipeline lost it."
    )


class RevisionMade(EventMessage):
    """A change of the event's files is a revision of its history, which git clients can fetch."""

    schema_: Literal["urn:llama:schema:llama.RevisionMade.v1"] = Field(
        default="urn:llama:schema:llama.RevisionMade.v1", alias="$schema"
    )
    kind: Literal["RevisionMade"] = "RevisionMade"
    commit: str = Field(pattern=r"^[0-9a-f]{40}$", description="The git commit.")
    number: NonNegativeInt = Field(description="0 for the event's first revision.")
    url: Url = Field(description="What git clones.")


class SelectionChanged(EventMessage):
    """An event entered a standing selection, changed while it was in it, or left it."""

    schema_: Literal["urn:llama:schema:llama.SelectionChanged.v1"] = Field(
        default="urn:llama:schema:llama.SelectionChanged.v1", alias="$schema"
    )
    kind: Literal["SelectionChanged"] = "SelectionChanged"
    selection: SelectionName
    definition: MessageId = Field(description="Id of the fact that defined the selection.")
    change: Literal["entered", "changed", "left"]
    sequence: PositiveInt = Field(description="How many facts the event has by then.")
    position: Place | None = Field(
        description="Behind the fact on the log; null if the selection changed, and no event."
    )
    standing: Standing = Field(description="How the event stands now, in a word or two.")
    alert_type: AlertType | None = Field(description="Of the newest notice; null without one.")
    files: dict[FileName, FileStatusWord | None] = Field(
        description="The files that have another status now; null: the pipeline lost it."
    )
    url: Url = Field(description="Where the event's status is.")


class Heartbeat(Message):
    """The announcing service is alive, and has announced everything up to a position."""

    schema_: Literal["urn:llama:schema:llama.Heartbeat.v1"] = Field(
        default="urn:llama:schema:llama.Heartbeat.v1", alias="$schema"
    )
    kind: Literal["Heartbeat"] = "Heartbeat"
    every_s: float = Field(gt=0, description="Seconds until the next one.")
    position: str = Field(
        description="How far each partition of the log was announced, such as 0:17,1:4."
    )


FileAnnouncement = FileMade | FileBecameObsolete | FileRemoved
EventAnnouncement = EventBegan | NoticeReceived | EventRetracted | EventChanged
