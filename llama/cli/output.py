"""What every command prints with: tables for people, JSON for programs, errors for both."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, NoReturn

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from llama.cli.column_widths import fitted, least
from llama.domain.in_brief import in_brief

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

Pairs = Sequence[tuple[str, int]]
"""Columns with their widths."""
BORDER = 3
"""Cells that each column takes beside its own; the table takes one more."""
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
    """Return the console that results are printed on."""
    return Console(file=sys.stdout, highlight=False)


def print_json(value: object) -> None:
    """Print a JSON value."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def print_line(line: str = "") -> None:
    """Print a line of plain text, whatever characters are in it."""
    console().print(Text(line), soft_wrap=True)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; a column called `status` gets the colours of the statuses.

    Every entry is one line: of an error what it says, not where it was raised (`why` tells that).
    Words are folded to fit the terminal, ids and numbers never: if they leave too little room,
    each row is told in lines.
    """
    cells = [[in_brief(value) for value in row] for row in rows]
    entries = zip(columns, *cells, strict=True)
    widths = [max(cell_len(entry) for entry in column) for column in entries]
    borders = BORDER * len(widths) + 1
    room = _room(sum(widths) + borders)
    leasts = [least(column, width) for column, width in zip(columns, widths, strict=True)]
    fitting = fitted(widths, leasts, room - borders)
    if fitting is None:
        _print_lines(title, columns, cells)
    else:
        shown = Console(file=sys.stdout, highlight=False, width=max(room, cell_len(title)))
        shown.print(_table(title, list(zip(columns, fitting, strict=True)), cells))


def _room(needed: int) -> int:
    """Return how wide a table may be: into a file or pipe nothing is folded.

    Not for COLUMNS either: GNU readline sets it for the children of any program that uses it.
    """
    return console().width if sys.stdout.isatty() else needed


def _table(title: str, columns: Pairs, cells: Iterable[Sequence[str]]) -> Table:
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column, width in columns:
        table.add_column(column, overflow="fold", width=width)
    names = [column for column, _ in columns]
    for row in cells:
        table.add_row(*map(_styled, names, row))
    return table


def _print_lines(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print each row as lines, one for each column."""
    if title:
        print_line(title)
    for row in rows:
        print_facts(list(zip(columns, row, strict=True)))
        print_line()


def print_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Print what is known of one thing: a line for each fact, with its name."""
    width = max(cell_len(name) for name, _ in facts)
    for name, value in facts:
        heading = Text(f"{name:{width}}  ", style="bold")
        line = Text.assemble(heading, _styled(name, in_brief(value)))
        console().print(line, soft_wrap=True)


def progress(line: str) -> None:
    """Show a line of progress, on standard error."""
    Console(file=sys.stderr, highlight=False).print(Text(line, style="dim"), soft_wrap=True)


def fail(message: str, *, code: int = 1) -> NoReturn:
    """Print an error and end the command."""
    Console(file=sys.stderr, highlight=False).print(
        Text("llama: ", style="bold red").append(message, style="default"), soft_wrap=True
    )
    raise typer.Exit(code)


def _styled(column: str, value: str) -> Text:
    return Text(value, style=STATUS_STYLES.get(value, "") if column == "status" else "")
