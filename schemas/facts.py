"""The facts of an event: everything that ever happened to it, in order, on one topic."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveInt, TypeAdapter

from schemas.base import EventMessage, FileName, MessageId, Moment, Part, Sha256, ShortText
from schemas.classes import ClassName, Probability
from schemas.files import FileContent, HandlerName, InputDigests, InputName, Manifest
from schemas.flags import FlagChanges


class AlertType(StrEnum):
    """The stage of a notice, in the order that breaks ties between equal times."""

    EARLYWARNING = "EARLYWARNING"
    PRELIMINARY = "PRELIMINARY"
    INITIAL = "INITIAL"
    UPDATE = "UPDATE"
    RETRACTION = "RETRACTION"

    @property
    def rank(self) -> int:
        """Place in the order of ties: of two notices of one time, the higher is the newer."""
        return list(AlertType).index(self)

    @property
    def word(self) -> str:
        """How names of notices write it, such as EarlyWarning."""
        return "EarlyWarning" if self is AlertType.EARLYWARNING else self.value.capitalize()


MOST_PER_SECOND = 1e9
"""Hz: no search has so many false alarms; a rate beyond is no rate."""
MOST_CLASSES = 16
Rate = Annotated[float, Field(ge=0, le=MOST_PER_SECOND, allow_inf_nan=False)]


class Origin(Part):
    """Where a source of alerts had a record that was copied to a topic of ours."""

    source: str = Field(max_length=200, description="Its name: never a secret.")
    topic: str = Field(max_length=300, description="Of a folder: the name of the file.")
    partition: NonNegativeInt
    offset: NonNegativeInt
    at: Moment | None = Field(default=None, description="The record's own time; null: none told.")


class Source(Part):
    """Where a copy of a notice came from."""

    topic: str
    partition: NonNegativeInt
    offset: NonNegativeInt
    origin: Origin | None = Field(
        default=None, description="Where it was copied from; null: it was put on the topic itself."
    )

    @property
    def place(self) -> tuple[str, int, int]:
        """Where the record stands: topic, partition and offset."""
        return self.topic, self.partition, self.offset


class TriggerReceived(EventMessage):
    """A notice about the event came in."""

    kind: Literal["TriggerReceived"] = "TriggerReceived"
    notice: Sha256 = Field(description="The notice's identity: equal for every copy of it.")
    alert_type: AlertType
    time_created: Moment = Field(description="The notice's own time: the newest one is current.")
    event_time: Moment | None = Field(default=None, description="Merger time; null if not told.")
    significant: bool | None = None
    far: Rate | None = Field(default=None, description="False alarm rate in Hz; null if not told.")
    classification: dict[ClassName, Probability] | None = Field(
        default=None,
        max_length=MOST_CLASSES,
        description="The probability of each class of source, such as BNS; null if not told.",
    )
    is_test: bool = Field(default=False, description="A mock or test superevent (MS, TS).")
    raw: Sha256 = Field(description="The artifact with the bytes as they came.")
    raw_size: NonNegativeInt
    source: Source
    name: ShortText = Field(default="", description="The name that this copy came under.")
    files: tuple[FileContent, ...] = Field(description="What the notice brings: alert.json.")
    oddities: tuple[str, ...] = ()


class PipelineAdopted(EventMessage):
    """From here on, these handlers decide which files the event must have."""

    kind: Literal["PipelineAdopted"] = "PipelineAdopted"
    epoch: PositiveInt = Field(description="Deployment counter: a lower one is ignored.")
    manifest: Manifest


class FlagsChanged(EventMessage):
    """Somebody changed some flags; the others stay as they are."""

    kind: Literal["FlagsChanged"] = "FlagsChanged"
    changes: FlagChanges
    by: ShortText = ""
    reason: ShortText = ""


class PipelineRequested(EventMessage):
    """An operator wants the newest code for an event that a deployment left as it was."""

    kind: Literal["PipelineRequested"] = "PipelineRequested"
    by: ShortText = ""
    reason: ShortText = ""


class RunResult(EventMessage):
    """What every finished run of a handler reports."""

    handler: HandlerName
    need: Annotated[str, Field(max_length=64, description="What the run was for.")]
    attempt: PositiveInt
    code: str
    inputs: InputDigests
    wall_s: float = Field(
        default=0.0, ge=0, allow_inf_nan=False, description="Wall time of the run in seconds."
    )


class FileGenerated(RunResult):
    """A run of a handler made its files."""

    kind: Literal["FileGenerated"] = "FileGenerated"
    files: tuple[FileContent, ...] = Field(min_length=1)
    valid_until: Moment | None = Field(
        default=None, description="When its content will no longer do; null: as long as its inputs."
    )


class FileFailed(RunResult):
    """A run of a handler made nothing."""

    kind: Literal["FileFailed"] = "FileFailed"
    error: Literal["permanent", "not_yet", "exception", "timeout", "memory", "crash", "bad_output"]
    message: ShortText = ""
    retry_at: Moment | None = Field(description="Not before this; null: failed for good.")


class Change(Part):
    """One input (or the code, named `code`) that is no longer what it was."""

    input: InputName
    was: str | None
    now: str | None


class FileObsoleted(EventMessage):
    """A file is no longer current: one of its inputs, or its code, changed."""

    kind: Literal["FileObsoleted"] = "FileObsoleted"
    file: FileName
    handler: HandlerName
    generation: str = Field(description="Id of the fact that made the file.")
    because: tuple[Change, ...]


class FileExpired(EventMessage):
    """The content of a handler's files is no longer valid: its time is over."""

    kind: Literal["FileExpired"] = "FileExpired"
    handler: HandlerName
    generation: MessageId = Field(description="Id of the fact that made the files.")


class Act(EventMessage):
    """Something that an operator did to a handler's files; its id is the request's."""

    handler: HandlerName
    by: ShortText = ""
    reason: ShortText = ""


class FileVetoed(Act):
    """An operator forbade (or allowed again) the making of a handler's files."""

    kind: Literal["FileVetoed"] = "FileVetoed"
    vetoed: bool = True


class FileFrozen(Act):
    """An operator keeps a handler's files as they are (or lets them go again)."""

    kind: Literal["FileFrozen"] = "FileFrozen"
    frozen: bool = True


class FileDeleted(Act):
    """An operator deleted a handler's files: they are missing until made again."""

    kind: Literal["FileDeleted"] = "FileDeleted"


class FileRequested(Act):
    """An operator wants a handler's files made again, whether or not anything changed."""

    kind: Literal["FileRequested"] = "FileRequested"


class FilePut(Act):
    """Somebody put files in place by hand; they count as made from the inputs of that moment."""

    kind: Literal["FilePut"] = "FilePut"
    files: tuple[FileContent, ...] = Field(min_length=1)


class RunCancelled(Act):
    """An operator does not want the run that a handler needs now; new inputs need another one."""

    kind: Literal["RunCancelled"] = "RunCancelled"


Fact = Annotated[
    TriggerReceived
    | PipelineAdopted
    | FlagsChanged
    | FileGenerated
    | FileFailed
    | FileObsoleted
    | FileExpired
    | FileVetoed
    | FileFrozen
    | FileDeleted
    | FileRequested
    | FilePut
    | RunCancelled
    | PipelineRequested,
    Field(discriminator="kind"),
]
FACTS: TypeAdapter[Fact] = TypeAdapter(Fact, config=ConfigDict(defer_build=True))
"""Decodes a fact of any kind."""
