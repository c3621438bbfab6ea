"""Telling what is odd about a notice, in a bounded number of short printable lines."""

import re
from collections.abc import Sequence

from llama.domain.notice.model import Limits, RefusalReason, Refused

MAX_DETAIL = 300
"""Characters in the detail of a refusal."""
MAX_ODDITY = 200
"""Characters in one oddity."""
MAX_STEP = 40
"""Characters of one key in the path of a value."""

_UNPRINTABLE = re.compile(r"[^ -~]")


def printable(text: str, limit: int) -> str:
    """Return the text as printable ASCII of at most `limit` (above 3) characters.

    Other characters are escaped; what is printable stays, so twice is the same as once.
    """
    escaped = _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text[: limit + 1])
    return escaped if len(escaped) <= limit else escaped[: limit - 3] + "..."


def shown(value: object, limits: Limits) -> str:
    """Describe a stranger's value: a string is quoted, of anything else only the type is told."""
    if isinstance(value, str):
        return f"'{printable(value, limits.max_shown)}'"
    return "null" if value is None else f"of type {type(value).__name__}"


def refuse(reason: RefusalReason, detail: str) -> Refused:
    """Refuse, with a detail that is safe to show anywhere."""
    return Refused(reason, printable(detail, MAX_DETAIL))


def path_of(steps: Sequence[str | int]) -> str:
    """Write the place of a value in the notice, as `event.instruments.0`."""
    return ".".join(printable(str(step), MAX_STEP) for step in steps)


class Oddities:
    """The oddities of one notice, in the order in which the reader meets them."""

    def __init__(self, limits: Limits) -> None:
        """Start with none; `limits` says how many are told one by one."""
        self._limits = limits
        self._told: list[str] = []
        self._untold = 0

    def add(self, text: str) -> None:
        """Tell one more oddity, or only count it when enough have been told."""
        if len(self._told) < self._limits.max_oddities - 1:
            self._told.append(printable(text, MAX_ODDITY))
        else:
            self._untold += 1

    def all(self) -> tuple[str, ...]:
        """Return the oddities, the last one a count of those not told one by one."""
        rest = (f"{self._untold} further oddities",) if self._untold else ()
        return (*self._told, *rest)
