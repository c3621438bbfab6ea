"""What every command prints with: tables for people, JSON for programs, errors for both."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from llama.domain.in_brief import in_brief

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

PIPE_WIDTH = 120
NARROW = {
    "file",
    "status",
    "version",
    "digest",
    "bytes",
    "event",
    "commit",
    "when (UTC)",
    "reason code",
    "by",
    "handler",
    "request",
}
"""Columns whose entries are kept on one line."""
STATUS_STYLES = {
    "current": "green",
    "obsolete": "yellow",
    "waiting": "yellow",
    "missing": "yellow",
    "cooling": "yellow",
    "failed": "bold red",
    "blocked": "red",
    "vetoed": "magenta",
    "frozen": "cyan",
    "masked": "dim",
}


def console() -> Console:
    """Return the console that results are printed on; into a file or pipe it writes wide lines."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(file=sys.stdout, highlight=False, width=width)


def print_json(value: object) -> None:
    """Print a JSON value."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def print_line(line: str = "") -> None:
    """Print a line of plain text, whatever characters are in it."""
    console().print(Text(line), soft_wrap=True)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; a column called `status` gets the colours of the statuses.

    Every entry is one line: of an error what it says, not where it was raised (`why` tells that).
    """
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in NARROW)
    for row in rows:
        cells = [(column, in_brief(value)) for column, value in zip(columns, row, strict=True)]
        table.add_row(*(Text(value, style=_style(column, value)) for column, value in cells))
    console().print(table)


def progress(line: str) -> None:
    """Show a line of progress, on standard error."""
    Console(file=sys.stderr, highlight=False).print(Text(line, style="dim"), soft_wrap=True)


def fail(message: str, *, code: int = 1) -> NoReturn:
    """Print an error and end the command."""
    Console(file=sys.stderr, highlight=False).print(
        Text("llama: ", style="bold red").append(message, style="default"), soft_wrap=True
    )
    raise typer.Exit(code)


def _style(column: str, value: str) -> str:
    return STATUS_STYLES.get(value, "") if column == "status" else ""
