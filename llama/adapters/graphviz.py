"""Pictures by Graphviz, whose libraries come inside the wheel of pygraphviz."""

import os
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager

from llama.ports.pictures import PictureFormat

PNG_DOTS_PER_INCH = "144"
"""Sharp on dense screens and in print."""
_ONE_AT_A_TIME = threading.Lock()
"""Graphviz keeps state of its own for the whole process: two layouts must not mix."""


_COMMENT = b"Fontconfig "
"""How the lines begin in which fontconfig comments on the machine's files."""
_STDERR = 2


@contextmanager
def without_font_comments() -> Generator[None]:
    """Keep fontconfig's comments off standard error; whatever else is written there comes after.

    The library in the wheel is older than the files of many machines, and says so each time.
    """
    sys.stderr.flush()
    kept = os.dup(_STDERR)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), _STDERR)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, _STDERR)
            os.close(kept)
            aside.seek(0)
            for line in aside:
                if not line.startswith(_COMMENT):
                    os.write(_STDERR, line)


def render(dot: str, picture_format: PictureFormat, /) -> bytes:
    """Lay out a graph, ancestors before descendants, and return its picture.

    `dot` gives the text again, with the positions. ValueError if the text is not dot.
    """
    import pygraphviz

    with _ONE_AT_A_TIME, without_font_comments():
        try:
            graph = pygraphviz.AGraph(string=dot)
        except pygraphviz.DotError as error:
            raise ValueError(f"this is not a graph in the dot language: {dot[:200]!r}") from error
        if picture_format == "png":
            graph.graph_attr["dpi"] = PNG_DOTS_PER_INCH
        picture = graph.draw(format=picture_format, prog="dot")
    if picture is None:
        raise ValueError(f"Graphviz made no {picture_format} of {dot[:200]!r}")
    return bytes(picture)
