"""What the gateway and `llama status` and `llama why` answer about one event."""

from typing import Annotated

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from schemas.base import EventId, FileName, Moment, Part, Sha256
from schemas.files import HandlerName, InputName


class NoticeStatus(Part):
    """The newest notice of the event, by its own time."""

    alert_type: str
    time_created: Moment
    identity: Sha256 = Field(description="Equal for every copy of the notice.")


class FileStatus(Part):
    """One file of the event, as it stands now."""

    name: FileName
    handler: HandlerName | None = Field(
        description="What makes it; null while no pipeline is adopted."
    )
    status: str = Field(description="One of the closed list: current, missing, obsolete...")
    reason: str = Field(description="Why it has this status, for a person.")
    version: NonNegativeInt | None = Field(
        description="0 for the first content; null if there is nothing to be shown."
    )
    digest: Sha256 | None = Field(description="SHA-256 of its bytes; null like the version.")
    size: NonNegativeInt | None = Field(description="Bytes; null like the version.")


class EventStatus(Part):
    """An event at a moment: what it has, what it waits for, whether it is done."""

    event: EventId
    retracted: bool
    settled: bool = Field(description="Nothing can be run and nothing is running.")
    running: tuple[HandlerName, ...] = Field(description="Handlers that a worker runs now.")
    flags: dict[str, bool | str]
    notice: NoticeStatus | None = Field(description="Null before the first notice.")
    stale: bool = Field(
        default=False, description="Its pipeline is not the deployed one: it keeps older code."
    )
    timers: tuple[Moment, ...] = Field(
        description="When cooled-down handlers run again, and when contents expire."
    )
    files: tuple[FileStatus, ...] = Field(description="Ancestors first.")
    as_of: Moment | None = Field(
        default=None, description="The earlier moment that is shown; null: now."
    )
    paused: str = Field(
        default="",
        description="Who has paused publication, which holds up a run of it, and since when.",
    )


class InputStatus(Part):
    """One input of a file: what its last run used, and what there is now."""

    input: InputName = Field(description="file#aspect, or `code` for the handler's own version.")
    used: str | None = Field(description="Digest that the accepted run used; null: none.")
    latest: str | None = Field(description="Digest that a run would use now; null: none.")
    changed: bool = Field(description="There was a run, and it used something else.")
    status: str | None = Field(description="Status of the input's file; null for the code.")


class MadeStatus(Part):
    """The accepted run that made the file, or the act of who put it there by hand."""

    fact: str = Field(description="Id of its FileGenerated, or of the FilePut.")
    at: Moment
    code: str
    wall_s: NonNegativeFloat = Field(description="Wall time of the run in seconds.")
    version: NonNegativeInt | None = Field(description="Of the file; null if it is hidden or gone.")
    put: bool = Field(default=False, description="Somebody put it there: there was no run.")
    by: str = Field(default="", description="Who put it there, if that was told.")
    reason: str = Field(default="", description="Why it was put there, if that was told.")


class FailureStatus(Part):
    """The latest failure, where it still counts."""

    error: str
    message: str
    attempt: PositiveInt
    at: Moment
    retry_at: Moment | None = Field(description="Null: it has failed for good.")


class NeedStatus(Part):
    """The run that would make the file current."""

    id: str
    attempt: PositiveInt
    not_before: Moment | None = Field(description="End of the cool-down; null: at once.")
    due: bool = Field(description="Whether it may start at the moment that is shown.")
    paused: str = Field(
        default="", description="Who has paused publication, which holds it up, and since when."
    )


class Why(Part):
    """Why a file has its status, with everything that the decision was made from."""

    event: EventId
    file: FileName
    handler: HandlerName | None
    status: str
    reason: str
    inputs: tuple[InputStatus, ...] = ()
    made: MadeStatus | None = None
    failure: FailureStatus | None = None
    needs: NeedStatus | None = None
    waiting: Annotated[
        tuple[FileName, ...], Field(description="Files further down that wait for this one.")
    ] = ()
    as_of: Moment | None = Field(
        default=None, description="The earlier moment that is shown; null: now."
    )
