"""Pictures by Graphviz, whose libraries come inside the wheel of pygraphviz."""

import threading

from llama.ports.pictures import PictureFormat

PNG_DOTS_PER_INCH = "144"
"""Sharp on dense screens and in print."""
_ONE_AT_A_TIME = threading.Lock()
"""Graphviz keeps state of its own for the whole process: two layouts must not mix."""


def render(dot: str, picture_format: PictureFormat, /) -> bytes:
    """Lay out a graph, ancestors before descendants, and return its picture.

    `dot` gives the text again, with the positions. ValueError if the text is not dot.
    """
    import pygraphviz

    with _ONE_AT_A_TIME:
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
