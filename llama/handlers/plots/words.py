"""The words on the pictures. Texts from outside are shown as they are: nothing is formulae."""

from llama.handlers.results.numerals import clock
from llama.handlers.results.result import JointResult
from llama.handlers.results.verdict import verdict_of

LONGEST_NAME = 40
LAST_SHOWN = "\u2300"
"""Letters, punctuation, arrows and mathematical signs are below it."""
UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def title(result: JointResult) -> str:
    """Return the name of the event, as plain text, with the verdict."""
    name = plain(result.event[:LONGEST_NAME])
    return f"{name}  ·  {plain(verdict_of(result).headline)}"


def subtitle(result: JointResult) -> str:
    """Return what is shown and the time of the event."""
    when = clock(result.event_time, decimals=3) if result.event_time else "time not given"
    return f"Gravitational wave and high-energy neutrinos, event at {when}"


def marks_of(result: JointResult) -> list[str]:
    """Return the marks that no picture may be without: partial, mock, simulated, blinded."""
    found = ["PARTIAL RESULT"] if result.is_partial else []
    return [*found, *(one.upper() for one in (result.test, result.unobserved) if one)]


def plain(text: str) -> str:
    """Return a text with a mark in the place of what the font of the pictures cannot show."""
    return "".join(one if one.isprintable() and one < LAST_SHOWN else UNKNOWN for one in text)
