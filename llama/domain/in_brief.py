"""Long texts in one line, for lists: the whole of them stands elsewhere."""

_FRAME = '\n  File "'
"""How the places begin at which an error was raised: below what the error says."""
_AGAIN = " (again at "
"""How it goes on behind them, where the run is tried again."""
_HEADING = "Traceback (most recent call last):"


def in_brief(text: str) -> str:
    """Return a text in one line: of an error what it says (and when the run is tried again)."""
    before, heading, places = text.partition(_HEADING)
    if heading:
        # The interpreter's own order: the places first, then what the error says.
        return " ".join(f"{before} {_after_places(places)}".split())
    said, _, places = text.partition(_FRAME)
    _, again, when = places.partition(_AGAIN)
    return " ".join(f"{said}{again}{when}".split())


def _after_places(text: str) -> str:
    lines = text.strip("\n").splitlines()
    indented = [number for number, line in enumerate(lines) if line.startswith(" ")]
    return "\n".join(lines[indented[-1] + 1 :] if indented else lines)
