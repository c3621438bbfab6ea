"""Writes the pictures of a run into files."""

from pathlib import Path
from typing import get_args

from llama.ports.pictures import Drawing, DrawRun, RunFigures, RunPictureFormat


def write_both(figures: RunFigures, outfile: Path, draw: DrawRun, *, title: str) -> Path:
    """Write one picture with both drawings, and return where; ValueError for another suffix.

    Its folder is made if need be.
    """
    picture_format, drawings = _format_of(outfile), get_args(Drawing)
    content = draw(figures, drawings, title=title, picture_format=picture_format)
    outfile.parent.mkdir(parents=True, exist_ok=True)
    outfile.write_bytes(content)
    return outfile


def write_each(figures: RunFigures, outdir: Path, draw: DrawRun, *, title: str) -> tuple[Path, ...]:
    """Write a PNG of each drawing into a folder, which is made if need be; return the paths."""
    outdir.mkdir(parents=True, exist_ok=True)
    drawings: tuple[Drawing, ...] = get_args(Drawing)
    for drawing in drawings:
        content = draw(figures, (drawing,), title=title, picture_format="png")
        (outdir / f"{drawing}.png").write_bytes(content)
    return tuple(outdir / f"{drawing}.png" for drawing in drawings)


def _format_of(outfile: Path) -> RunPictureFormat:
    for known in get_args(RunPictureFormat):
        if outfile.suffix.lower() == f".{known}":
            return known
    message = f"{outfile} has none of the suffixes .png, .svg and .pdf"
    raise ValueError(f"{message}: give its name one of them")
