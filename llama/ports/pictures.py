"""Pictures of graphs."""

from typing import Literal, Protocol

PictureFormat = Literal["svg", "png", "pdf", "dot"]


class Draw(Protocol):
    """Draws a graph that is written in the dot language."""

    def __call__(self, dot: str, picture_format: PictureFormat, /) -> bytes:
        """Return the picture's bytes; ValueError if the text is not dot.

        Takes some hundredths of a second to tenths of one, and blocks its thread.
        """
        ...
