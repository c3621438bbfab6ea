"""How an event's files stand, as a text for a terminal."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from llama.client.filegraph import FileGraph
from llama.domain.assessment import Status

_SIGNS: Mapping[Status, tuple[str, str]] = MappingProxyType(
    {
        Status.CURRENT: ("\N{CHECK MARK}", "+"),
        Status.MISSING: ("\N{WHITE CIRCLE}", "."),
        Status.OBSOLETE: ("\N{CLOCKWISE OPEN CIRCLE ARROW}", "o"),
        Status.WAITING: ("\N{HORIZONTAL ELLIPSIS}", "w"),
        Status.COOLING: ("\N{SNOWFLAKE}", "c"),
        Status.FAILED: ("\N{BALLOT X}", "x"),
        Status.BLOCKED: ("\N{NO ENTRY}", "b"),
        Status.VETOED: ("\N{CIRCLED DIVISION SLASH}", "v"),
        Status.FROZEN: ("\N{BLACK SQUARE FOR STOP}", "f"),
        Status.MASKED: ("\N{DOTTED CIRCLE}", "m"),
    }
)
"""A sign for each status, and one that every terminal has."""
_AGAIN = " (again at "
"""Behind the message of a failure: when the handler is tried again."""
_LONGEST = 160


def status_text(
    files: FileGraph, *, cruft: Iterable[Path], highlight: str | None, unicode: bool
) -> str:
    """Return a line for each file: a sign, its name, its status and why; then what is cruft."""
    known = files.reasons()
    width = max((len(handler.FILENAME) for handler in files.values()), default=0)
    lines: list[str] = []
    for name, handler in files.items():
        status, reason = known[name]
        sign = _SIGNS[status][0 if unicode else 1]
        mark = "*" if highlight in {name, handler.FILENAME} else " "
        said = _in_a_line(reason)
        if not unicode:
            said = said.encode("ascii", "backslashreplace").decode()
        lines.append(f"{mark}{sign} {handler.FILENAME:<{width}}  {status.value:<8}  {said}")
    lines += [f" ? {path.name:<{width}}  cruft" for path in cruft]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _in_a_line(reason: str) -> str:
    """Return the beginning of a reason, which may quote a whole traceback, and its end."""
    end = reason.rfind(_AGAIN) if _AGAIN in reason else len(reason)
    first = reason[:end].partition("\n")[0]
    short = f"{first[:_LONGEST]}..." if len(first) > _LONGEST else first
    return short + reason[end:]
