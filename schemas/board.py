"""The live board: what the stream monitor has counted, window by window."""

from typing import Annotated

from pydantic import Field, NonNegativeInt

from schemas.base import Moment, Part

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class BoardFigures(Part):
    """What there was of one thing in a window."""

    measure: str = Field(
        description="alert (name: its kind), run, notice_to_file, notice_to_result, obsolete "
        "(name: the handler)."
    )
    name: str
    count: NonNegativeInt
    total_ms: NonNegativeInt = Field(description="Milliseconds; total_ms / count is the mean.")
    longest_ms: NonNegativeInt


class BoardWindow(Part):
    """What happened from `begin` until before `end`, by the times of the facts."""

    begin: Moment
    end: Moment
    figures: tuple[BoardFigures, ...]


class LiveBoard(Part):
    """The windows as they were at one moment: a view, made from the log."""

    at: Moment = Field(description="When this was written.")
    window_s: Seconds = Field(description="How long a window is.")
    hop_s: Seconds = Field(description="After how long the next one begins.")
    behind: NonNegativeInt = Field(
        description="Records that were not counted yet; while there are many, it is being rebuilt."
    )
    running: BoardWindow = Field(description="The window that closes next.")
    closed: tuple[BoardWindow, ...] = Field(
        description="Those that have ended, the latest first; without those that are empty."
    )
