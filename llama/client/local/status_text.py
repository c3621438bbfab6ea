"""How an event's files stand, as a text for a terminal."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from llama.client.filegraph import FileGraph
from llama.domain.assessment import Status
from llama.domain.failure_text import failure_text, shortened
from llama.domain.in_brief import in_brief
from llama.domain.states import Failure

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
_LONGEST = 160


def status_text(
    files: FileGraph, *, cruft: Iterable[Path], highlight: str | None, unicode: bool
) -> str:
    """Return a line for each file: a sign, its name, its status and why; then what is cruft."""
    known, failures = files.reasons(), files.failures()
    width = max((len(handler.FILENAME) for handler in files.values()), default=0)
    lines: list[str] = []
    for name, handler in files.items():
        status, reason = known[name]
        sign = _SIGNS[status][0 if unicode else 1]
        mark = "*" if highlight in {name, handler.FILENAME} else " "
        said = _said(reason, failures.get(name))
        if not unicode:
            said = said.encode("ascii", "backslashreplace").decode()
        lines.append(f"{mark}{sign} {handler.FILENAME:<{width}}  {status.value:<8}  {said}")
    lines += [f" ? {path.name:<{width}}  cruft" for path in cruft]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _said(reason: str, failure: Failure | None) -> str:
    """Return why a file is what it is, in a line that is not too long."""
    if failure is not None:
        return failure_text(failure, longest=_LONGEST)
    return shortened(in_brief(reason), _LONGEST)
