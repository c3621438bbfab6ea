"""How rare an event is and what it may be: read from a stranger's numbers, which may be odd.

What cannot be is not taken up; alert.json keeps it, as far as it can be stored.
"""

import re
from collections.abc import Mapping

from llama.domain.notice.model import JsonValue
from schemas.classes import CLASS_NAME
from schemas.facts import MOST_CLASSES, MOST_PER_SECOND

_CLASS = re.compile(CLASS_NAME)


def far_in(event: Mapping[str, JsonValue] | None) -> float | None:
    """Return the false alarm rate in Hz; None if there is none that can be."""
    return _number((event or {}).get("far"), most=MOST_PER_SECOND)


def classes_in(event: Mapping[str, JsonValue] | None) -> dict[str, float] | None:
    """Return the probabilities of the classes by name; None if there is none that can be.

    Of very many, the most probable ones.
    """
    told = (event or {}).get("classification")
    if not isinstance(told, dict):
        return None
    numbers = ((name, _number(value, most=1.0)) for name, value in told.items())
    known = [(name, number) for name, number in numbers if number is not None]
    named = [(name, number) for name, number in known if _CLASS.fullmatch(name)]
    kept = sorted(named, key=lambda entry: (-entry[1], entry[0]))[:MOST_CLASSES]
    return dict(sorted(kept)) or None


def _number(value: JsonValue, *, most: float) -> float | None:
    """Return a number from 0 to `most`; a text, a truth value or anything else is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        return None
    return float(value)
