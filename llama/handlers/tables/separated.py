"""The table of neutrinos as CSV (RFC 4180), for programs: full precision, nothing but data."""

import csv
import io

from llama.handlers.results.result import JointResult
from llama.handlers.tables.aligned import one_line
from llama.handlers.tables.columns import COLUMNS, numbers_of

FORMULA = ("=", "+", "-", "@")
"""A spreadsheet takes a text that begins so for a formula."""


def to_csv(result: JointResult) -> str:
    """Return the table with one row of names; what is not known is an empty cell.

    A text that a spreadsheet would run begins with an apostrophe.
    """
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow([column.name for column in COLUMNS])
    for track in result.tracks:
        rows.writerow([_cell(value) for value in numbers_of(track)])
    return written.getvalue()


def _cell(value: float | int | str | None) -> str:
    if not isinstance(value, str):
        return "" if value is None else repr(value)
    return one_line(f"'{value}" if value.startswith(FORMULA) else value)
