"""What is told of sources of alerts: when one was blind, and how each stands (`GET /sources`)."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, RootModel

from schemas.base import Message, MessageId, Moment, Part, ShortText


class BlindReason(StrEnum):
    """Why nothing was heard of a source."""

    RESTART = "restart"
    """We did not run."""
    CONNECTION = "connection"
    """It did not answer, or did not let us in."""
    SILENCE = "silence"
    """It was silent for longer than it may be."""
    LOST = "lost"
    """Records were gone at the source before they were read: nobody catches up with these."""


class _AboutSource(Message):
    """A message about one source: its name is the key on the topic."""

    source: str = Field(max_length=200, description="Name of the source: never a secret.")
    why: BlindReason
    since: Moment = Field(description="When it was last heard before.")

    @property
    def key(self) -> str:
        """The source: what is told of it stands in one partition, in order."""
        return self.source

    @property
    def marks_test(self) -> bool:
        """Never: a source is none of nature's, whatever it is called."""
        return False


class SourceBlind(_AboutSource):
    """Since a moment nothing is heard of a source: alerts may be missing until it is caught up."""

    kind: Literal["SourceBlind"] = "SourceBlind"
    until: Moment | None = Field(
        default=None, description="When it was heard again; null while it is not."
    )
    detail: ShortText = ""


class SourceCaughtUp(_AboutSource):
    """All that a source had while it was not heard is here now."""

    kind: Literal["SourceCaughtUp"] = "SourceCaughtUp"
    blind: MessageId = Field(description="Id of the SourceBlind that this closes.")
    until: Moment = Field(description="When it was heard again.")
    records: NonNegativeInt = Field(description="How many records came until it was caught up.")


class SourceReport(RootModel[Annotated[SourceBlind | SourceCaughtUp, Field(discriminator="kind")]]):
    """Reads either of the two."""


class SourceStanding(Part):
    """How a source stands; kept every few seconds by who reads it."""

    source: str
    began_at: Moment = Field(description="When it was first read, or tried to.")
    connected: bool = False
    ended: bool = Field(default=False, description="It has an end, and all of it was read.")
    heard_at: Moment | None = Field(default=None, description="Its last sign of life.")
    record_at: Moment | None = Field(default=None, description="When its last record came.")
    beat_at: Moment | None = Field(default=None, description="Its last heartbeat, by its clock.")
    lag: NonNegativeInt | None = Field(
        default=None, description="Records that it has and we do not; null if it is not known."
    )
    records: NonNegativeInt = Field(default=0, description="How many were copied, ever.")
    error: ShortText = Field(default="", description="What is wrong; empty if nothing is.")
    silence_s: float | None = Field(
        default=None, description="How long it may be silent; null: as long as it is connected."
    )
    blind: SourceBlind | None = Field(default=None, description="The gap that is open now.")
    heard_again_at: Moment | None = Field(
        default=None, description="While it catches up: when the gap's silence ended."
    )
    caught: NonNegativeInt = Field(default=0, description="Records that came since then.")
    owed: tuple[SourceBlind | SourceCaughtUp, ...] = Field(
        default=(), description="Messages that may not be on the log yet."
    )


class ListedSource(Part):
    """One source in a list."""

    source: str
    state: str = Field(description="In a word: connected, catching up, blind, silent, ended, ...")
    connected: bool
    seen_at: Moment = Field(description="When this was last looked at by who reads the source.")
    heard_at: Moment | None
    record_at: Moment | None
    beat_at: Moment | None
    lag: NonNegativeInt | None
    records: NonNegativeInt
    silence_s: float | None
    blind_since: Moment | None
    error: str


class ListedGap(Part):
    """A time in which a source was not heard."""

    id: MessageId
    source: str
    why: BlindReason
    since: Moment
    until: Moment | None
    caught_up_at: Moment | None
    records: NonNegativeInt | None
    detail: str


class SourceList(Part):
    """How all sources stand, and when they were blind, newest first."""

    sources: tuple[ListedSource, ...]
    gaps: tuple[ListedGap, ...]
