"""How wide the columns of a table are where there is little room."""

from collections.abc import Sequence

TEXT, MOMENT = 7, 10
"""The least width of a column with words, and of one with moments: a date is not broken."""
MOMENTS = frozenset({"caught up", "to"})
"""Columns of moments, but for those that say so by `(UTC)`."""
TEXTS = frozenset(
    {
        *("by", "came from", "class", "copy", "criteria", "detail", "error", "file", "files"),
        *("it is", "name", "newest notice", "now", "population", "problem", "reason", "remark"),
        *("request", "source", "then", "value", "was", "what", "where", "why"),
    }
)
"""Columns of words: these and those of moments are folded, every other one stays whole."""


def least(column: str, width: int) -> int:
    """Return the least width in cells of a column whose widest entry has this width."""
    if column in MOMENTS or column.endswith("(UTC)"):
        return min(width, MOMENT)
    return min(width, TEXT) if column in TEXTS else width


def fitted(widths: Sequence[int], leasts: Sequence[int], room: int) -> Sequence[int] | None:
    """Return widths that need no more room, the widest made narrower; None if there are none."""
    if sum(leasts) > room:
        return None
    fitting = list(widths)
    while sum(fitting) > room:
        spare = (at for at, width in enumerate(fitting) if width > leasts[at])
        fitting[max(spare, key=fitting.__getitem__)] -= 1
    return fitting
