"""Saves what a command has found: to a file, into a folder, to standard output."""

import sys
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

STDOUT = "-"

Output: TypeAlias = Annotated[
    str,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH",
        help="Where to: a file, a folder (also FOLDER/, which is made), or - for standard output.",
    ),
]


def save(output: str, name: str, content: bytes) -> Path | None:
    """Write a content where it is wanted, under its own name unless another one is said.

    Missing folders are made. Return where it is; None if it went to standard output.
    """
    if output == STDOUT:
        sys.stdout.buffer.write(content)
        return None
    target = Path(output or name)
    if output.endswith("/") or target.is_dir():
        target /= name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target
