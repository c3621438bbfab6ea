"""Pictures of graphs, and of the figures of many events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

PictureFormat = Literal["svg", "png", "pdf", "dot"]
RunPictureFormat = Literal["png", "svg", "pdf"]
Drawing = Literal["wall-times", "finished-files"]


class Draw(Protocol):
    """Draws a graph that is written in the dot language."""

    def __call__(self, dot: str, picture_format: PictureFormat, /) -> bytes:
        """Return the picture's bytes; ValueError if the text is not dot.

        Takes some hundredths of a second to tenths of one, and blocks its thread.
        """
        ...


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What the pictures of many events show; handlers stand in their order in the pipeline."""

    events: int
    handlers: tuple[str, ...]
    wall_s: Mapping[str, Sequence[float]]
    """Wall times in seconds of the latest accepted run in each event that has one."""
    statuses: Mapping[str, Mapping[str, int]]
    """How many files there are of each status; of an event without a pipeline, none."""
    failed: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many runs have failed since these, or without any."""


class DrawRun(Protocol):
    """Draws the figures of many events."""

    def __call__(
        self,
        figures: RunFigures,
        drawings: Sequence[Drawing],
        /,
        *,
        title: str,
        picture_format: RunPictureFormat,
    ) -> bytes:
        """Return the bytes of a picture with some drawings side by side.

        Equal figures give equal bytes. Takes tenths of a second, and blocks its thread.
        """
        ...
