"""The table of neutrinos as aligned text, for a terminal or a circular."""

from llama.handlers.results.result import JointResult
from llama.handlers.tables.columns import COLUMNS, LEGEND, cells_of, heading_of

COMMENT = "# "
LAST = len(COLUMNS) - 1


def to_text(result: JointResult) -> str:
    """Return the table: comments begin with #, columns are apart by two spaces at least."""
    heads = tuple(f"{one.heading}/{one.unit}" if one.unit else one.heading for one in COLUMNS)
    rows = [heads, *(tuple(map(one_line, cells_of(track))) for track in result.tracks)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    said = [COMMENT + one_line(line) for line in (*heading_of(result), *LEGEND)]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([*said, COMMENT + lines[0], *("  " + line for line in lines[1:])]) + "\n"


def one_line(text: str) -> str:
    """Return a text in which no character ends a line or steers a terminal."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [cell.rjust(width) for cell, width in zip(row[:LAST], widths[:LAST], strict=True)]
    return "  ".join([*cells, row[LAST]]).rstrip()
