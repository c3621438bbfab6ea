"""Read fields of a notice that may be missing or of an odd type: those count as not given."""

import math
from collections.abc import Mapping
from typing import cast

import orjson

from llama.domain.handler import PermanentError

LONGEST_TEXT = 300


def parsed(content: bytes, *, name: str) -> Mapping[str, object]:
    """Parse the JSON object of a file; PermanentError if it is none."""
    try:
        value: object = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise PermanentError(f"{name} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise PermanentError(f"{name} does not hold a JSON object")
    return cast("dict[str, object]", value)


def number(value: object) -> float | None:
    """Return a finite number, None for anything else (true and false are not numbers)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def text(value: object) -> str | None:
    """Return non-empty text, shortened if it is very long; None for anything else."""
    if not isinstance(value, str) or not value.strip():
        return None
    kept = value.strip()
    return kept if len(kept) <= LONGEST_TEXT else kept[:LONGEST_TEXT] + "…"


def truth(value: object) -> bool | None:
    """Return true or false, None for anything else."""
    return value if isinstance(value, bool) else None


def mapping(value: object) -> Mapping[str, object]:
    """Return a JSON object, an empty one for anything else."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def texts(value: object) -> list[str]:
    """Return the texts within a list, none for anything else."""
    found = cast("list[object]", value) if isinstance(value, list) else []
    return [kept for kept in map(text, found) if kept is not None]


def numbers(value: object) -> dict[str, float]:
    """Return the entries of a JSON object that are finite numbers."""
    found = {str(key): number(entry) for key, entry in mapping(value).items()}
    return {key: entry for key, entry in found.items() if entry is not None}
