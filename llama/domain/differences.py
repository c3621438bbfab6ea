"""Two contents of a file compared, for people: as text where it is text."""

import difflib
import json

MAX_BYTES = 1 << 18
"""Larger contents, and those of more lines, are only counted: comparing takes their product."""
MAX_LINES = 5_000


def difference(file: str, before: bytes | None, after: bytes | None) -> str:
    """Return a unified diff of two contents (None: no file); of what is no text, only the sizes.

    JSON is compared key by key, whatever its line breaks.
    """
    old, new = _lines(file, before), _lines(file, after)
    if old is None or new is None:
        return f"{file}: {_size(before)} -> {_size(after)}\n"
    names = (
        "/dev/null" if before is None else f"a/{file}",
        "/dev/null" if after is None else f"b/{file}",
    )
    return "".join(difflib.unified_diff(old, new, *names))


def _size(content: bytes | None) -> str:
    return "no file" if content is None else f"{len(content):,} bytes"


def _lines(file: str, content: bytes | None) -> list[str] | None:
    """Return the lines of a content, each with its end; None if it is no text, or too much."""
    if content is None:
        return []
    if len(content) > MAX_BYTES or b"\0" in content:
        return None
    try:
        text = _spread(content) if file.endswith(".json") else content.decode()
    except (ValueError, RecursionError):
        return None
    lines = [f"{line}\n" for line in text.split("\n")]
    if lines[-1] == "\n":
        lines.pop()
    return lines if len(lines) <= MAX_LINES else None


def _spread(content: bytes) -> str:
    try:
        return json.dumps(json.loads(content), indent=1, ensure_ascii=False)
    except json.JSONDecodeError:
        return content.decode()
