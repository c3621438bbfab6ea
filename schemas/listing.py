"""What `GET /events` and `llama ls --json` answer about many events."""

from pydantic import Field, NonNegativeInt

from schemas.base import EventId, Moment, Part


class ListedEvent(Part):
    """One event in a list."""

    event: EventId
    alert_type: str = Field(description="Of the newest notice; empty without a notice.")
    time_created: Moment = Field(description="The newest notice's own time.")
    event_time: Moment | None = Field(description="Merger time; null if no notice tells it.")
    significant: bool | None
    is_test: bool
    retracted: bool
    settled: bool
    flags: dict[str, bool | str]
    files: dict[str, NonNegativeInt] = Field(description="How many files have each status.")
    changed_at: Moment
    far: float | None = Field(description="False alarm rate in Hz; null if no notice tells it.")
    classification: str | None = Field(description="The most probable class of source.")
    labels: tuple[str, ...]
    first_at: Moment | None = Field(description="When the first file came.")
    modified_at: Moment | None = Field(description="When a file last came, changed or went.")


class EventList(Part):
    """A page of a list of events."""

    events: tuple[ListedEvent, ...]
    next: str | None = Field(description="Cursor of the next page; null on the last one.")
    as_of: Moment | None = Field(
        default=None, description="The earlier moment that is shown; null: now."
    )
