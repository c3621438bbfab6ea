"""Writes graphs into files, in the form that the file's name asks for."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from llama.ports.pictures import Draw, PictureFormat

FORMATS: Mapping[str, PictureFormat] = MappingProxyType(
    {".dot": "dot", ".svg": "svg", ".png": "png", ".pdf": "pdf"}
)
"""The form of a picture by the suffix of its file."""


def format_of(outfile: Path) -> PictureFormat:
    """Return the form that a file's name asks for; ValueError if it asks for no known one."""
    picture_format = FORMATS.get(outfile.suffix.lower())
    if picture_format is None:
        known = ", ".join(FORMATS)
        raise ValueError(f"{outfile} has none of the suffixes {known}: give its name one of them")
    return picture_format


def write_picture(dot: str, outfile: Path, draw: Draw) -> None:
    """Write a graph into a file: its dot text as it is, or its picture. ValueError as above.

    The file's folder is made if need be.
    """
    picture_format = format_of(outfile)
    content = dot.encode() if picture_format == "dot" else draw(dot, picture_format)
    outfile.parent.mkdir(parents=True, exist_ok=True)
    outfile.write_bytes(content)
