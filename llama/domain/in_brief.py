"""Long texts in one line, for lists: the whole of them stands elsewhere."""

_FRAME = '\n  File "'
"""How the places begin at which an error was raised: below what the error says."""
_HEADING = "Traceback (most recent call last):"


def in_brief(text: str) -> str:
    """Return a text in one line: of an error what it says, not where it was raised."""
    before, heading, places = text.partition(_HEADING)
    if heading:
        # The interpreter's own order: the places first, then what the error says.
        return " ".join(f"{before} {_after_places(places)}".split())
    return " ".join(text.partition(_FRAME)[0].split())


def _after_places(text: str) -> str:
    lines = text.strip("\n").splitlines()
    indented = [number for number, line in enumerate(lines) if line.startswith(" ")]
    return "\n".join(lines[indented[-1] + 1 :] if indented else lines)
